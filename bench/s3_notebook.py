#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""s3_notebook.py ENDPOINT BUCKET PREFIX FOLDER: the first 20 logs of a prefix with boto3, ranked
with pandas, as notebooks have it. Prints the first ten addresses with their bytes as JSON."""
import json
import os
import sys

import boto3
import pandas

COLUMNS = (
    "version account_id interface_id srcaddr dstaddr srcport dstport protocol packets bytes "
    "start end action log_status"
).split()


def main():
    endpoint, bucket, prefix, folder = sys.argv[1:]
    s3 = boto3.client("s3", endpoint_url=endpoint)
    keys = []
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
        keys += [row["Key"] for row in page.get("Contents", [])]
    frames = []
    for key in keys[:20]:
        path = os.path.join(folder, os.path.basename(key))
        if not os.path.exists(path):
            s3.download_file(bucket, key, path)
        frames.append(pandas.read_csv(path, sep=" ", header=0, names=COLUMNS, na_values="-",
                                      compression="gzip"))
    flows = pandas.concat(frames)
    top = flows.groupby("dstaddr")["bytes"].sum().sort_values(ascending=False).head(10)
    print(json.dumps([[address, int(total)] for address, total in top.items()]))


main()
