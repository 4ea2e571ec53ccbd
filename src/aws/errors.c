/* SPDX-License-Identifier: Apache-2.0
 *
 * See errors.h.
 */
#include "aws/errors.h"

#include "aws/xml.h"

#include <stdio.h>
#include <string.h>

/* Codes that are said in other words than AWS's. */
static const struct meaning {
	const char *code;
	const char *hint;
} meanings[] = {
	{"ExpiredToken", "the session has expired: sign in again (aws sso login), or renew the keys"},
	{"ExpiredTokenException", "the session has expired: sign in again (aws sso login)"},
	{"TokenRefreshRequired", "the session has expired: sign in again (aws sso login)"},
	{"RequestExpired", "the session has expired, or the clock of this machine is wrong"},
	{"InvalidToken", "the session token does not belong to these keys: is AWS_SESSION_TOKEN an old "
	                 "one?"},
	{"InvalidClientTokenId", "AWS does not know this access key: is it of another account or "
	                         "partition, or was it deleted?"},
	{"InvalidAccessKeyId", "AWS does not know this access key: was it deleted, or does it need the "
	                       "session token that belongs to it?"},
	{"UnrecognizedClientException", "AWS does not know this access key"},
	{"SignatureDoesNotMatch", "the secret access key does not belong to the access key id; a proxy "
	                          "that changes requests does the same"},
	{"RequestTimeTooSkewed", "the clock of this machine is wrong"},
	{"NoSuchBucket", "there is no bucket of that name here: is it spelled right, and of this "
	                 "partition?"},
	{"NoSuchKey", "the object is gone: it was deleted after it was listed"},
	{"InvalidObjectState", "the object is archived (Glacier): restore it first"},
	{"PermanentRedirect", "the bucket is in another Region: --region tells which"},
	{"AllAccessDisabled", "AWS has closed this bucket"},
	{"RegionDisabledException", "STS is switched off for this Region in the account"},
	{"PackedPolicyTooLarge", "the role's session policy and tags are too large"},
	{"IDPRejectedClaim", "the identity provider's token is not accepted for this role"},
	{"InvalidIdentityToken", "the identity provider's token is not accepted"},
	{"AuthFailure", "AWS does not accept these keys in this Region: were they deleted, or is the "
	                "Region one that the account has not enabled?"},
	{"OptInRequired", "the account has not signed up for this service, or not enabled this Region"},
	{"UnauthorizedException", "the session of SSO has expired: aws sso login"},
};

static const char *const passing_codes[] = {
	"Throttling", "ThrottlingException", "ThrottledException", "RequestThrottledException",
	"TooManyRequestsException", "ProvisionedThroughputExceededException",
	"TransactionInProgressException", "RequestLimitExceeded", "BandwidthLimitExceeded",
	"LimitExceededException", "RequestThrottled", "SlowDown", "PriorRequestNotComplete",
	"EC2ThrottledException", "RequestTimeout", "RequestTimeoutException", "InternalError",
	"IDPCommunicationError", "ServiceUnavailable",
};

static bool
is_one_of(const char *code, const char *const *codes, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(code, codes[i]) == 0)
			return true;
	return false;
}

static enum flowtoll_rc
on_element(void *ctx, const char *path, const char *text, struct flowtoll_err *err)
{
	struct aws_fault *fault = ctx;
	const char *slash = strrchr(path, '/');
	const char *name = slash != NULL ? slash + 1 : path;
	(void)err;
	if (strcmp(name, "Code") == 0 && fault->code[0] == '\0')
		snprintf(fault->code, sizeof fault->code, "%s", text);
	else if (strcmp(name, "Message") == 0 && fault->message[0] == '\0')
		snprintf(fault->message, sizeof fault->message, "%s", text);
	else if (strcmp(name, "Region") == 0 && fault->region[0] == '\0')
		snprintf(fault->region, sizeof fault->region, "%s", text);
	return FLOWTOLL_OK;
}

/* Cutting at a bound must not leave half a character. */
static void
end_at_character(char *text, size_t size)
{
	size_t len = strlen(text);
	if (len + 1 < size)
		return;
	while (len > 0 && ((unsigned char)text[len - 1] & 0xc0) == 0x80)
		len--;
	text[len > 0 ? len - 1 : 0] = '\0';
}

void
aws_fault_read(const char *bytes, size_t len, struct aws_fault *fault)
{
	struct flowtoll_err ignored;
	*fault = (struct aws_fault){0};
	if (aws_xml_walk(bytes, len, on_element, fault, &ignored) != FLOWTOLL_OK && fault->code[0] == 0)
		*fault = (struct aws_fault){0};
	end_at_character(fault->message, sizeof fault->message);
	end_at_character(fault->code, sizeof fault->code);
}

bool
aws_fault_is_passing(int status, const char *code)
{
	return status == 429 || (status >= 500 && status != 501 && status != 505) ||
		is_one_of(code, passing_codes, sizeof passing_codes / sizeof *passing_codes);
}

bool
aws_fault_is_of_clock(const char *code)
{
	static const char *const codes[] = {"RequestTimeTooSkewed", "RequestExpired",
	                                    "RequestInTheFuture", "SignatureDoesNotMatch",
	                                    "InvalidSignatureException", "AuthFailure"};
	return is_one_of(code, codes, sizeof codes / sizeof *codes);
}

bool
aws_fault_is_expired(const char *code)
{
	static const char *const codes[] = {"ExpiredToken", "ExpiredTokenException",
	                                    "TokenRefreshRequired", "RequestExpired"};
	return is_one_of(code, codes, sizeof codes / sizeof *codes);
}

static void
add_hint(const struct aws_call *call, int status, const char *code, struct flowtoll_err *err)
{
	for (size_t i = 0; i < sizeof meanings / sizeof *meanings; i++) {
		if (strcmp(meanings[i].code, code) != 0)
			continue;
		err_hint(err, "%s", meanings[i].hint);
		return;
	}
	if (status == 403)
		err_hint(err, "it takes the IAM permission %s; a policy of %sthe organisation can deny it "
		              "too (docs/iam.md)", call->action,
		         call->bucket != NULL ? "the bucket, of its key or of " : "");
	else if (status >= 300 && status < 400)
		err_hint(err, "it sends elsewhere, which is not followed: is the endpoint right?");
	else if (aws_fault_is_passing(status, code))
		err_hint(err, "AWS is busy or has a fault: try again later");
}

enum flowtoll_rc
aws_fault_explain(const struct aws_call *call, int status, const struct aws_fault *fault,
                  struct flowtoll_err *err)
{
	char about[256] = "";
	if (call->subject != NULL)
		snprintf(about, sizeof about, " of %.250s", call->subject);
	err_set(err, FLOWTOLL_ERR_REMOTE, "%s %s%s: %s (%d)%s%.150s", call->service, call->operation,
	        about, fault->code[0] != '\0' ? fault->code : "an answer without a code", status,
	        fault->message[0] != '\0' ? ": " : "", fault->message);
	add_hint(call, status, fault->code, err);
	return err->code;
}
