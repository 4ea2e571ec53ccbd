# SPDX-License-Identifier: Apache-2.0
# --files reads so many of the files, and says so
"$FLOWTOLL" sql "select file, count(*) as records from flows group by 1 order by 1" examples/flowlogs \
	--files 2 --format csv
"$FLOWTOLL" top action examples/flowlogs --files 20 --format csv
"$FLOWTOLL" top action examples/flowlogs --files 0
