# SPDX-License-Identifier: Apache-2.0
# %% [markdown]
# # Where does the network bill come from?
#
# A NAT gateway costs by the gigabyte, and the bill does not say whose gigabytes these are. VPC flow
# logs do. This file runs in VS Code or Jupyter, cell by cell: first every step, then the same in
# three lines. It reads the sample beside it; for logs of your own, set `FLOWTOLL_S3` to
# `s3://BUCKET/AWSLogs/ACCOUNT/vpcflowlogs/REGION/` before you start.

# %%
import os
from pathlib import Path

import flowtoll

HERE = Path(__file__).parent if "__file__" in globals() else Path("examples")
S3 = os.environ.get("FLOWTOLL_S3")
INVENTORY = os.environ.get("FLOWTOLL_INVENTORY", HERE / "interfaces.json")

# %% [markdown]
# ## Get
#
# The first twenty files, several at once; a second run gets only what is new. Access is that of the
# AWS CLI.

# %%
if S3:
    folder = Path(os.environ.get("FLOWTOLL_LOGS", "flowlogs"))
    print(flowtoll.get(S3, folder, first=20))
else:
    folder = HERE / "flowlogs"
len(list(folder.glob("*.log.gz")))

# %% [markdown]
# ## Load
#
# A session knows files and what names addresses: here the network interfaces, as
# `flowtoll inventory` or the AWS CLI prints them, and the ranges that AWS publishes.

# %%
logs = flowtoll.open(folder, inventory=INVENTORY, aws_ranges=HERE / "aws-ip-ranges.json")
logs.head(5)

# %% [markdown]
# All records are there as a data frame, if that is wanted: times are times, ids and words are
# categories, numbers are exact, and what is missing (a `NODATA` record has no addresses) is missing.
# Questions need none of it: they read the files themselves.

# %%
flows = logs.flows(["srcaddr", "dstaddr", "dstport", "bytes", "start", "action"]).df()
print(flows.dtypes)
flows.describe()

# %% [markdown]
# ## Who receives the most?

# %%
receivers = logs.top("dstaddr", n=10)
receivers

# %%
receivers.plot();

# %% [markdown]
# ## Whose address is that?

# %%
most = receivers[0]["dstaddr"]
logs.who([most])

# %% [markdown]
# A NAT gateway: a machine in between, not the end of the way. Which of our own send to it?

# %%
logs.top("srcaddr", n=5, where=f"dstaddr = '{most}' and is_private(srcaddr)")

# %% [markdown]
# And who answers for the other side?

# %%
outside = f"dstaddr = '{most}' and not is_private(srcaddr)"
owners, networks, services = logs.top("src.owner", "srcaddr/16", "src.service", n=8, where=outside)
owners

# %% [markdown]
# By network, and over time:

# %%
networks.plot();

# %%
logs.top("minute,src.service", n=None, where=outside).plot();

# %% [markdown]
# ## What is billed
#
# A flow through a NAT gateway is in the logs several times: at its client, and twice at the gateway,
# in and out. Sums of records are therefore not the bill. `nat` counts each billed byte once, and
# refuses a figure that does not prove itself.

# %%
bill = logs.nat(n=10)
print(bill.headline)

# %%
bill.clients

# %%
bill.plot();

# %% [markdown]
# Most of it goes to S3, which a gateway endpoint would carry at no charge.
#
# ## The same in three lines

# %%
import flowtoll  # noqa: E402, F811

logs = flowtoll.open(folder, inventory=INVENTORY, aws_ranges=HERE / "aws-ip-ranges.json")
logs.nat()
