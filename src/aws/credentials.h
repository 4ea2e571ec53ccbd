/* SPDX-License-Identifier: Apache-2.0
 *
 * Who the user is to AWS, found where the SDKs find it and in their order:
 *
 *     the environment (unless a profile was given) - the profile: a role to assume, a web identity,
 *     SSO, keys, a process - the container's endpoint - the instance's (IMDSv2)
 *
 * No text of them is in any message.
 */
#ifndef AWS_CREDENTIALS_H
#define AWS_CREDENTIALS_H

#include "aws/aws.h"
#include "aws/profile.h"

struct aws_credentials {
	char *key_id; /* NULL: there are none */
	char *secret;
	char *token;  /* NULL: they are no session's */
	int64_t expires_s; /* seconds since 1970; 0: never */
};

/* Overwrites them, too. */
void aws_credentials_free(struct aws_credentials *credentials);

FLOWTOLL_MUST_USE enum flowtoll_rc aws_credentials_set(struct aws_credentials *credentials,
                                                       const char *key_id, const char *secret,
                                                       const char *token, int64_t expires_s,
                                                       struct flowtoll_err *err);

/* Goes through all places; an error says which they were. Calls the services that it takes. */
FLOWTOLL_MUST_USE enum flowtoll_rc aws_credentials_find(struct aws_line *line,
                                                        struct aws_credentials *found,
                                                        struct flowtoll_err *err);

/* Each of these leaves `found` empty where its source is not set up. */
FLOWTOLL_MUST_USE enum flowtoll_rc aws_from_environment(struct aws_credentials *found,
                                                        struct flowtoll_err *err);
FLOWTOLL_MUST_USE enum flowtoll_rc aws_from_container(struct aws_line *line,
                                                      struct aws_credentials *found,
                                                      struct flowtoll_err *err);
FLOWTOLL_MUST_USE enum flowtoll_rc aws_from_instance(struct aws_line *line,
                                                     struct aws_credentials *found,
                                                     struct flowtoll_err *err);
FLOWTOLL_MUST_USE enum flowtoll_rc aws_from_process(struct aws_line *line,
                                                    const char *command,
                                                    struct aws_credentials *found,
                                                    struct flowtoll_err *err);
FLOWTOLL_MUST_USE enum flowtoll_rc aws_from_sso(struct aws_line *line, const char *profile,
                                                struct aws_credentials *found,
                                                struct flowtoll_err *err);

/* A role; `with` NULL: by the web identity's token in that file. */
struct aws_role {
	const char *arn;
	const char *session_name; /* NULL: one of our own */
	const char *external_id;
	const char *duration_s;
	const char *token_file;
};
FLOWTOLL_MUST_USE enum flowtoll_rc aws_from_role(struct aws_line *line,
                                                 const struct aws_role *role,
                                                 const struct aws_credentials *with,
                                                 struct aws_credentials *found,
                                                 struct flowtoll_err *err);

/* JSON as processes, containers and instances give it. `names` are those of key id, secret, token
 * and expiry in it; `what` names the source. */
FLOWTOLL_MUST_USE enum flowtoll_rc aws_credentials_json(const char *text, size_t len,
                                                        const char *const names[4],
                                                        const char *what,
                                                        struct aws_credentials *found,
                                                        struct flowtoll_err *err);

/* Of a line: what it belongs to. */
const struct aws_profile *aws_profile_in_use(const struct aws_line *line);
struct net *aws_line_net(const struct aws_line *line);
const char *aws_region_in_use(const struct aws_line *line);
bool aws_asks_at_once(const struct aws_line *line);

/* "2026-11-20T10:15:00Z", also with a fraction or "+00:00"; 0: it is none. */
int64_t aws_time_parse(const char *text);

#endif
