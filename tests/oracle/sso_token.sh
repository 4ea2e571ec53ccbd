# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# A token of SSO that has expired is renewed as botocore does, of the same files by the same server
# (tests/aws/fake_aws.py, as moto has no SSO-OIDC): the same is asked, and the same kept.
if [[ -z $PYTHON ]]; then
	echo "needs botocore: ./run check installs it"
	exit 77
fi
"$PYTHON" "$ROOT/tests/oracle/sso_token.py" "$FLOWTOLL" "$PWD"
