/* SPDX-License-Identifier: Apache-2.0
 *
 * What the user has set up for AWS: environment, ~/.aws/config and ~/.aws/credentials, as the SDKs
 * and the AWS CLI read them. Read once; then any thread.
 */
#ifndef AWS_PROFILE_H
#define AWS_PROFILE_H

#include "aws/ini.h"

struct aws_profile {
	struct aws_ini config;      /* [default], [profile NAME], [sso-session NAME] */
	struct aws_ini credentials; /* [NAME] */
	char *config_path;          /* NULL: there is no home folder */
	char *credentials_path;
	char *name;                 /* of the profile in use; "default" where none is chosen */
	bool chosen;                /* by the caller: its keys then go before the environment's */
};

/* `name`: as --profile gives it, or NULL. Files that are not there are as good as empty. */
FLOWTOLL_MUST_USE enum flowtoll_rc aws_profile_load(struct aws_profile *profile, const char *name,
                                                    struct flowtoll_err *err);
void aws_profile_free(struct aws_profile *profile);

/* A setting of the profile of that name, or NULL. What ~/.aws/credentials has goes first. */
const char *aws_profile_of(const struct aws_profile *profile, const char *name,
                           const char *setting);
bool aws_profile_has(const struct aws_profile *profile, const char *name);

/* A setting in the section "KIND NAME" of the config file. */
const char *aws_profile_in(const struct aws_profile *profile, const char *kind, const char *name,
                           const char *setting);

/* The variable of the environment (may be NULL), else the setting of the profile in use, else
 * NULL. What is empty is as good as not there. */
const char *aws_profile_setting(const struct aws_profile *profile, const char *variable,
                                const char *setting);
bool aws_profile_switch(const struct aws_profile *profile, const char *variable,
                        const char *setting);

/* A variable of the environment; NULL for an empty one. */
const char *aws_variable(const char *name);

/* "~/.aws/REST" with the home folder in it, to be freed with mem_free; NULL: no home, no memory. */
char *aws_home_path(const char *rest);

#endif
