/* SPDX-License-Identifier: Apache-2.0
 *
 * Credentials that something near gives over HTTP: the container's endpoint (ECS, EKS), and the
 * instance's metadata service (IMDSv2, with a token that only a PUT from the instance gets).
 */
#include "aws/credentials.h"
#include "aws/endpoint.h"
#include "aws/wipe.h"

#include "base/file.h"
#include "base/limits.h"
#include "base/mem.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#define IMDS "http://169.254.169.254"
#define CONTAINER "http://169.254.170.2"

enum {
	NEAR_MS = 1000,       /* no instance answers later; elsewhere nobody answers at all */
	CONTAINER_MS = 5000,
	URL_BYTES_MAX = 4096,
	TOKEN_BYTES_MAX = 16 * 1024
};

static const char *const names[] = {"AccessKeyId", "SecretAccessKey", "Token", "Expiration"};

/* A question to something near. `header`: one line, or NULL. */
static enum flowtoll_rc
ask(struct aws_line *line, const char *method, const char *url, const char *header, unsigned ms,
    struct buf *body, int *status, struct flowtoll_err *err)
{
	const struct net_request request = {
		.method = method,
		.url = url,
		.headers = &header,
		.header_count = header != NULL,
		.connect_ms = ms,
		.total_ms = ms,
		.plain_ok = true, /* the callers see to it that it is near */
		.direct = true,
		.piece = net_piece_to_buf,
		.ctx = body,
	};
	struct net_answer answer;
	buf_clear(body);
	enum flowtoll_rc rc = net_send(aws_line_net(line), &request, &answer, err);
	*status = answer.status;
	net_answer_free(&answer);
	return rc;
}

/* ---- the instance --------------------------------------------------------------------------- */

static enum flowtoll_rc
ask_instance(struct aws_line *line, const char *base, const char *path, const char *token,
             struct buf *body, int *status, struct flowtoll_err *err)
{
	char url[URL_BYTES_MAX], header[TOKEN_BYTES_MAX];
	snprintf(url, sizeof url, "%.1024s/latest/meta-data/iam/security-credentials/%.1024s", base,
	         path);
	snprintf(header, sizeof header, "X-aws-ec2-metadata-token: %s", token);
	return ask(line, "GET", url, header, NEAR_MS, body, status, err);
}

/* Is it what can be the name of a role? It goes into a URL. */
static bool
is_role(const char *text)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
								  "+=,.@_-";
	return *text != '\0' && strspn(text, allowed) == strlen(text) && strlen(text) <= 256;
}

/* No metadata service is no error: then this is no instance, or one without a role. */
static enum flowtoll_rc
from_instance(struct aws_line *line, const char *base, struct buf *token, struct buf *body,
              struct aws_credentials *found, struct flowtoll_err *err)
{
	char url[URL_BYTES_MAX], role[257];
	struct flowtoll_err silent;
	int status;
	snprintf(url, sizeof url, "%.1024s/latest/api/token", base);
	enum flowtoll_rc rc = ask(line, "PUT", url, "X-aws-ec2-metadata-token-ttl-seconds: 21600",
	                          NEAR_MS, token, &status, &silent);
	if (rc == FLOWTOLL_ERR_INTERRUPTED)
		return ERR(err, rc, "interrupted");
	if (rc != FLOWTOLL_OK || status != 200 || token->len == 0 ||
	    strpbrk(buf_text(token), "\r\n") != NULL)
		return FLOWTOLL_OK;
	TRY(ask_instance(line, base, "", buf_text(token), body, &status, err));
	size_t len = strcspn(buf_text(body), "\r\n");
	if (status != 200 || len >= sizeof role)
		return FLOWTOLL_OK;
	memcpy(role, buf_text(body), len);
	role[len] = '\0';
	if (!is_role(role))
		return FLOWTOLL_OK;
	TRY(ask_instance(line, base, role, buf_text(token), body, &status, err));
	if (status != 200)
		return ERR(err, FLOWTOLL_ERR_REMOTE,
		           "the instance gives no credentials of its role %s (%d)", role, status);
	return aws_credentials_json(buf_text(body), body->len, names, "the instance", found, err);
}

/* Does this machine say that it is one of EC2's? Elsewhere the address of the metadata is nobody's,
 * and asking takes as long as it takes to give up. */
static bool
is_instance(void)
{
	static const struct {
		const char *path, *start;
	} signs[] = {
		{"/sys/devices/virtual/dmi/id/sys_vendor", "Amazon EC2"},
		{"/sys/devices/virtual/dmi/id/board_asset_tag", "i-"},
		{"/sys/hypervisor/uuid", "ec2"},
	};
	bool is = false;
	for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
		char text[32] = "";
		int fd = open(signs[i].path, O_RDONLY | O_CLOEXEC);
		if (fd < 0)
			continue;
		if (file_read_some(fd, text, sizeof text - 1) > 0)
			is |= strncmp(text, signs[i].start, strlen(signs[i].start)) == 0;
		close(fd);
	}
	return is;
}

enum flowtoll_rc
aws_from_instance(struct aws_line *line, struct aws_credentials *found, struct flowtoll_err *err)
{
	const struct aws_profile *profile = aws_profile_in_use(line);
	const char *disabled = aws_variable("AWS_EC2_METADATA_DISABLED");
	const char *base = aws_profile_setting(profile, "AWS_EC2_METADATA_SERVICE_ENDPOINT",
	                                       "ec2_metadata_service_endpoint");
	const char *mode = aws_profile_setting(profile, "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE",
	                                       "ec2_metadata_service_endpoint_mode");
	struct buf token, body;
	if (disabled != NULL && strcasecmp(disabled, "true") == 0)
		return FLOWTOLL_OK;
	if (aws_asks_at_once(line) && base == NULL && !is_instance())
		return FLOWTOLL_OK;
	if (base == NULL)
		base = mode != NULL && strcasecmp(mode, "ipv6") == 0 ? "http://[fd00:ec2::254]" : IMDS;
	buf_init(&token, TOKEN_BYTES_MAX / 2);
	buf_init(&body, LIMIT_AWS_ANSWER_BYTES);
	enum flowtoll_rc rc = from_instance(line, base, &token, &body, found, err);
	aws_wipe(&token);
	aws_wipe(&body);
	return rc;
}

/* ---- the container -------------------------------------------------------------------------- */

/* The token must not go out in the clear to just anybody. */
static bool
is_near(const char *url)
{
	static const char *const hosts[] = {CONTAINER, "http://169.254.170.23",
	                                    "http://[fd00:ec2::23]"};
	if (strncmp(url, "https://", 8) == 0 || net_is_loopback(url))
		return true;
	for (size_t i = 0; i < sizeof hosts / sizeof *hosts; i++) {
		size_t len = strlen(hosts[i]);
		if (strncmp(url, hosts[i], len) == 0 &&
		    (url[len] == '\0' || url[len] == '/' || url[len] == ':'))
			return strpbrk(url + len, "@") == NULL;
	}
	return false;
}

static enum flowtoll_rc
add_container_token(struct buf *header, struct flowtoll_err *err)
{
	const char *path = aws_variable("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
	const char *token = aws_variable("AWS_CONTAINER_AUTHORIZATION_TOKEN");
	if (path == NULL && token == NULL)
		return FLOWTOLL_OK;
	buf_adds(header, "Authorization: ");
	if (path != NULL)
		TRY(file_read(path, header, err));
	else
		buf_adds(header, token);
	while (header->len > 0 && strchr("\r\n", header->data[header->len - 1]) != NULL)
		header->data[--header->len] = '\0';
	if (strpbrk(buf_text(header), "\r\n") != NULL)
		return ERR(err, FLOWTOLL_ERR_REMOTE, "the container's authorization token is no line");
	return buf_check(header, "finding credentials", err);
}

static enum flowtoll_rc
from_container(struct aws_line *line, const char *url, struct aws_credentials *found,
               struct flowtoll_err *err)
{
	struct buf header, body;
	int status = 0;
	buf_init(&header, TOKEN_BYTES_MAX);
	buf_init(&body, LIMIT_AWS_ANSWER_BYTES);
	enum flowtoll_rc rc = add_container_token(&header, err);
	if (rc == FLOWTOLL_OK)
		rc = ask(line, "GET", url, header.len > 0 ? header.data : NULL, CONTAINER_MS, &body,
		         &status, err);
	if (rc == FLOWTOLL_OK && status != 200)
		rc = ERR(err, FLOWTOLL_ERR_REMOTE, "the container's endpoint gives no credentials (%d)",
		         status);
	if (rc == FLOWTOLL_OK)
		rc = aws_credentials_json(buf_text(&body), body.len, names, "the container's endpoint",
		                          found, err);
	aws_wipe(&header);
	aws_wipe(&body);
	return rc;
}

enum flowtoll_rc
aws_from_container(struct aws_line *line, struct aws_credentials *found, struct flowtoll_err *err)
{
	const char *relative = aws_variable("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
	const char *full = aws_variable("AWS_CONTAINER_CREDENTIALS_FULL_URI");
	char url[URL_BYTES_MAX];
	if (relative == NULL && full == NULL)
		return FLOWTOLL_OK;
	if (relative != NULL && *relative != '/')
		return ERR(err, FLOWTOLL_ERR_REMOTE,
		           "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI does not begin with /");
	snprintf(url, sizeof url, "%s%.2048s", relative != NULL ? CONTAINER : "",
	         relative != NULL ? relative : full);
	if (!is_near(url)) {
		err_set(err, FLOWTOLL_ERR_REMOTE, "AWS_CONTAINER_CREDENTIALS_FULL_URI would be asked "
		        "without encryption");
		err_hint(err, "it is https, or on this machine, or of ECS or EKS (169.254.170.2, .23)");
		return err->code;
	}
	return from_container(line, url, found, err);
}
