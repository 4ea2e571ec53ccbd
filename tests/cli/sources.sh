# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# What a source may be, and what is told of one that cannot be had.
ask() {
	"$FLOWTOLL" sql "select parse_filename(file) as file, sum(bytes) as bytes from flows group by 1
		order by 1" "$@" --format csv 2>&1
	echo "exit $?"
}
mkdir -p logs/deeper empty
cp data/logs/y_default.log logs/a.log
cp data/logs/y_any_order.log logs/deeper/b.txt
cp data/logs/y_default.log logs/deeper/c.bak
cp data/logs/y_default.log 'logs/star*.log'
cp data/logs/y_default.log 'logs/starry.log'
ln -s .. logs/deeper/up
ask logs
ask 'logs/*.log'
ask 'logs/star*.log'
ask logs/deeper/c.bak
ask 'logs/*/b.txt' logs/a.log
ask nowhere
ask logs nowhere
ask 'nowhere/*'
ask empty
ask ''
ln -s nowhere logs/gone.log
ask logs
