#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Simulates connections through NAT gateways: writes what the flow logs say, and what is billed.

    bench/nat_oracle.py --list
    bench/nat_oracle.py SCENARIO --seed N --format v5 -o DIR

DIR gets logs/ as AWS lays them out in a bucket, what `aws ec2 describe-...` prints, a file each
(interfaces.json, nat-gateways.json, subnets.json, vpcs.json, route-tables.json, prefix-lists.json),
and truth.json. The same arguments write the same bytes. The rules behind it, and how sure each is:
docs/accounting.md. It shares no code with src/.
"""
import argparse
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from nat_world import fields, scenarios, simulate  # noqa: E402


def positive(value):
    number = int(value)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{value}: at least 1")
    return number


def arguments():
    parser = argparse.ArgumentParser(
        description=__doc__.split("\n\n")[0], epilog="How it works: docs/accounting.md")
    parser.add_argument("scenario", nargs="?", choices=sorted(scenarios.BY_NAME),
                        metavar="SCENARIO", help="one of those that --list prints")
    parser.add_argument("--list", action="store_true", help="print the scenarios")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--format", choices=list(fields.FORMATS), default="v5")
    parser.add_argument("--order", choices=fields.ORDERS, default="documented")
    parser.add_argument("--interval", type=int, choices=(60, 600),
                        help="seconds of an aggregation window (the scenario's)")
    parser.add_argument("--flows", type=positive, default=simulate.FLOWS,
                        help=f"connections ({simulate.FLOWS})")
    parser.add_argument("--hours", type=positive, default=simulate.HOURS,
                        help=f"length of the period ({simulate.HOURS})")
    parser.add_argument("-o", "--output", metavar="DIR", help="a folder that is not there yet")
    options = parser.parse_args()
    if not options.list and (options.scenario is None or options.output is None):
        parser.error("a SCENARIO and -o DIR are needed, or --list")
    return options


def main():
    options = arguments()
    if options.list:
        for scenario in scenarios.TABLE:
            print(f"{scenario.name:32} {scenario.proves}")
        return
    sim = simulate.run(simulate.Options(
        scenarios.BY_NAME[options.scenario], options.seed, options.format, options.order,
        options.interval, options.flows, options.hours))
    try:
        truth = simulate.write(sim, options.output)
    except OSError as error:
        sys.exit(f"nat_oracle: {options.output}: {error.strerror}; choose a new folder")
    written = truth["written"]
    billed = sum(gateway["billed_bytes"] for gateway in truth["gateways"])
    print(f"{written['rows']} records in {written['files']} files, {billed} bytes billed")


if __name__ == "__main__":
    main()
