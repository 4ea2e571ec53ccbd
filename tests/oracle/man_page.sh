# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# The man page is what mandoc and groff take without a word, and has each command and option.
"$FLOWTOLL" man >flowtoll.1
for option in $("$FLOWTOLL" --help | grep -o '^ *\(-., \)\?--[a-z-]*' | grep -o -- '--.*'); do
	grep -qF -- "${option//-/\\-}\\fR" flowtoll.1 || { echo "no $option" && exit 1; }
done
if ! command -v mandoc >/dev/null; then
	echo "mandoc is not installed"
	exit 77
fi
mandoc -T lint -W style flowtoll.1
if command -v groff >/dev/null; then
	groff -man -ww -T utf8 flowtoll.1 2>&1 >/dev/null | (! grep .)
fi
