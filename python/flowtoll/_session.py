# SPDX-License-Identifier: Apache-2.0
"""Sessions: sources, what names their addresses, and the questions."""

from __future__ import annotations

import os
import re
import threading
import warnings
from collections.abc import Iterable
from typing import Any, overload

from . import _flowtoll
from ._arguments import (
    MOST,
    Path,
    Size,
    Time,
    path_bytes,
    paths,
    positive,
    size_bytes,
    source_bytes,
    texts,
    time_us,
)
from ._errors import PartialWarning, UsageError
from ._progress import Progress
from ._result import Nat, Result, Results

_FAULTS_TOLD = 5
_EXACT = ("sql", "head")  # whose numbers have all digits, for people too
_LIMIT = re.compile(r" LIMIT \d+$")


def _told(fault: tuple[str, str, int, int, bool, int]) -> str:
    message, file, line, byte, is_row, count = fault
    place = file
    if line:
        place += f": row {line}" if is_row else f":{line}: byte {byte}"
    times = f" ({count} like it)" if count > 1 else ""
    return f"{place}: {message}{times}"


def _lacking(counts: dict[str, int], faults: list[tuple[str, str, int, int, bool, int]]) -> str:
    """What of the input was not read, in the program's words."""
    parts = []
    if counts["rejected"]:
        lines = "line" if counts["rejected"] == 1 else "lines"
        parts.append(f"{counts['rejected']} {lines} that could not be read")
    if counts["files_faulty"]:
        files = "file" if counts["files"] == 1 else "files"
        parts.append(f"what is unreadable in {counts['files_faulty']} of {counts['files']} {files}")
    text = f"the answer lacks {', and '.join(parts)}: "
    text += "; ".join(map(_told, faults[:_FAULTS_TOLD]))
    return text + (f"; and {len(faults) - _FAULTS_TOLD} more" if len(faults) > _FAULTS_TOLD else "")


def _quoted(column: str) -> str:
    return '"' + column.replace('"', '""') + '"'


class Session:
    """Made by flowtoll.open; closed by close(), `with`, or with its last reference. Questions of
    several threads wait for each other; results outlive it."""

    def __init__(self, options: dict[str, Any], progress: bool | None) -> None:
        self._lock = threading.Lock()
        self._wants_progress = progress
        with Progress(progress) as tick:
            self._native = _flowtoll.Session(options, tick)
        self._opening_notes = tuple(tick.notices)
        self._sources = [os.fsdecode(source) for source in options["sources"]]

    def __repr__(self) -> str:
        return f"<flowtoll.Session of {', '.join(self._sources) or 'no sources'}>"

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *unused: object) -> None:
        self.close()

    def close(self) -> None:
        """Lets go of memory and of what was put on the disk; results stay."""
        with self._lock:
            self._native.close()

    def interrupt(self) -> None:
        """Ends the question that another thread asks, where InterruptedQuestion is raised; with
        none, does nothing. Ctrl-C does it for the main thread."""
        self._native.interrupt()

    # ---- questions

    def _run(self, kind: str, options: dict[str, Any]) -> tuple[Any, tuple[str, ...]]:
        """What came of it; and notes: what was told meanwhile, the answer's, what was not read."""
        with self._lock:
            with Progress(self._wants_progress) as tick:
                made = self._native.ask(kind, options, tick)
            counts = self._native.counts()
            partial = counts["files_faulty"] or counts["rejected"]
            faults = self._native.faults() if partial else []
        notes = [*self._opening_notes, *tick.notices]
        notes += made.notes() if isinstance(made, _flowtoll.Answer) else []
        if kind in ("top", "sql") and counts["skipdata"]:
            says = "record says" if counts["skipdata"] == 1 else "records say"
            count = f"{counts['skipdata']:,}".replace(",", " ")
            notes.append(
                f"{count} {says} that AWS skipped data (SKIPDATA): totals are a lower bound"
            )
        if partial:
            notes.append(_lacking(counts, faults))
            warnings.warn(notes[-1], PartialWarning, stacklevel=4)
        return made, tuple(notes)

    def _ask(self, kind: str, options: dict[str, Any]) -> Results:
        answer, notes = self._run(kind, options)
        tables = answer.tables()
        return Results(
            Result(answer, at, name or kind, notes, kind not in _EXACT)
            for at, (name, _) in enumerate(tables)
        )

    def head(self, n: int = 10, where: str | None = None) -> Result:
        """The first records in the order of the files."""
        return self._ask("head", {"rows": positive("n", n), "where": where})[0]

    def flows(self, columns: str | Iterable[str] | None = None, where: str | None = None) -> Result:
        """All records, or those for which an SQL condition holds; the columns that the files have,
        or these. In no order."""
        sql, _ = self._run("head", {"rows": MOST, "where": where, "wants_sql": True})
        sql = _LIMIT.sub("", sql)
        if columns is not None:
            wanted = [one.strip().replace("-", "_") for one in texts(columns)]
            if not wanted:
                raise UsageError("no columns are asked for", "None stands for all", code=2)
            condition = f" WHERE ({where}\n)" if where is not None else ""
            sql = f"SELECT {', '.join(map(_quoted, wanted))} FROM flows{condition}"
        return self._ask("sql", {"query": sql})[0]

    def sql(self, query: str) -> Result:
        """Any SQL query over the tables flows, files, rejects, sources, nat_traffic, nat_legs and
        those of the inventory."""
        return self._ask("sql", {"query": query})[0]

    def files(self) -> Result:
        """What the files are, and what was read of them: reads all of them."""
        return self._ask("files", {})[0]

    @overload
    def top(
        self, key: str, /, *, n: int | None = ..., by: str = ..., where: str | None = ...,
        having: str | None = ..., tags: str | Iterable[str] | None = ...,
    ) -> Result: ...
    @overload
    def top(
        self, key: str, other: str, /, *keys: str, n: int | None = ..., by: str = ...,
        where: str | None = ..., having: str | None = ...,
        tags: str | Iterable[str] | None = ...,
    ) -> Results: ...
    def top(
        self,
        *keys: str,
        n: int | None = 25,
        by: str = "bytes",
        where: str | None = None,
        having: str | None = None,
        tags: str | Iterable[str] | None = None,
    ) -> Result | Results:
        """Ranks by keys, such as "dstaddr", "srcaddr,dstport", "srcaddr/24", "hour" or "dst.owner";
        several are answered from one pass over the logs, a result each. The `n` largest (None: all)
        are followed by a row Other, so that the rows add up."""
        results = self._ask(
            "top",
            {
                "keys": keys,
                "rows": MOST if n is None else positive("n", n),
                "by": by,
                "where": where,
                "having": having,
                "tags": texts(tags),
            },
        )
        for result, key in zip(results, keys):
            result.name, result.by = key, by
        return results[0] if len(results) == 1 else results

    def nat(
        self,
        gateway: str | None = None,
        client: str | None = None,
        *,
        n: int | None = None,
        tags: str | Iterable[str] | None = None,
    ) -> Nat:
        """The bytes that NAT gateways processed, each once, by client, remote, pair and hour."""
        answer, notes = self._run(
            "nat",
            {
                "gateway": gateway,
                "client": client,
                "rows": positive("n", n),
                "tags": texts(tags),
            },
        )
        return Nat(answer, notes)

    def who(self, addresses: str | Iterable[str]) -> Result:
        """Who is behind addresses, and how that is known: a row for each. What a registry said
        is in the column registry, as JSON."""
        return self._ask("who", {"addresses": tuple(map(str, texts(addresses)))})[0]

    def counts(self) -> dict[str, int]:
        """What the last question read: files, bytes, rows, nodata, skipdata, rejected and so on."""
        with self._lock:
            return self._native.counts()


def open(  # noqa: A001
    *sources: Path,
    inventory: Path | Iterable[Path] | None = None,
    aws_ranges: Path | None = None,
    names_file: Path | None = None,
    asn_db: Path | None = None,
    names: str = "local",
    lookups: int | None = None,
    rdap_bootstrap: Path | Iterable[Path] | None = None,
    offline: bool = False,
    threads: int | None = None,
    memory: Size | None = None,
    since: Time | None = None,
    until: Time | None = None,
    files: int | None = None,
    fields: str | None = None,
    flow_log: str | Iterable[str] | None = None,
    rejects: Path | None = None,
    profile: str | None = None,
    region: str | Iterable[str] | None = None,
    role: str | Iterable[str] | None = None,
    endpoint_url: str | None = None,
    progress: bool | None = None,
) -> Session:
    """Opens files, folders, globs and s3://BUCKET/PREFIX as one session.

    inventory   files with what `flowtoll inventory` or `aws ec2 describe-...` printed, or "live"
    aws_ranges  a file with AWS's ip-ranges.json
    names_file  a CSV of cidr,name,kind,owner, which goes before all others
    asn_db      a database of autonomous systems, in MaxMind's format
    names       "local": of files, and what is kept of earlier answers; "rdap": of the internet
                registries too, which are told the addresses; "none": add no names
    lookups     queries to send to registries at most for a question (25)
    rdap_bootstrap  files as IANA's ipv4.json, in place of IANA's
    offline     nobody is asked anything over the network
    memory      of the whole session: "4G"
    since, until  only records that start in this time: "2026-11-20", "6h ago", a datetime
    files       read so many files only, as a sample
    fields      the format of files that have no header line, as AWS writes it
    flow_log    read only the files of these flow logs
    rejects     a file for lines that cannot be read
    profile, region, role, endpoint_url  how to reach AWS, as the AWS CLI has it
    progress    a line that says how far a question is (None: on a terminal and in a notebook)
    """
    if names not in ("local", "rdap", "none"):
        raise UsageError(f"names={names!r}", 'give "local", "rdap" or "none"', code=2)
    regions = texts(region)
    inventories = paths(inventory)
    options: dict[str, Any] = {
        "sources": tuple(map(source_bytes, sources)),
        "inventories": tuple(path_bytes(path) for path in inventories if path != "live"),
        "live": "live" in inventories,
        "aws_ranges": None if aws_ranges is None else path_bytes(aws_ranges),
        "names_file": None if names_file is None else path_bytes(names_file),
        "asn_db": None if asn_db is None else path_bytes(asn_db),
        "names_off": names == "none",
        "ask_registries": names == "rdap",
        "lookups": positive("lookups", lookups),
        "bootstraps": tuple(map(path_bytes, paths(rdap_bootstrap))),
        "offline": offline,
        "threads": positive("threads", threads),
        "memory": size_bytes(memory),
        "since_us": time_us(since),
        "until_us": time_us(until),
        "files": positive("files", files),
        "fields": fields,
        "flow_logs": texts(flow_log),
        "rejects": None if rejects is None else path_bytes(rejects),
        "profile": profile,
        "region": regions[0] if len(regions) == 1 else None,
        "regions": regions,
        "roles": texts(role),
        "endpoint_url": endpoint_url,
    }
    return Session(options, progress)


def get(
    url: str,
    folder: Path,
    *,
    first: int | None = None,
    since: Time | None = None,
    until: Time | None = None,
    keep_tree: bool = False,
    profile: str | None = None,
    region: str | None = None,
    endpoint_url: str | None = None,
) -> dict[str, int]:
    """Copies the objects below s3://BUCKET/PREFIX into a folder, several at once, skipping those
    that are there; the first so many, or those of a time. Says how many were downloaded, skipped
    and refused."""
    with Progress(None) as tick:
        counts = _flowtoll.get(
            {
                "source": url,
                "folder": path_bytes(folder),
                "first": positive("first", first),
                "since_us": time_us(since),
                "until_us": time_us(until),
                "keep_tree": keep_tree,
                "profile": profile,
                "region": region,
                "endpoint_url": endpoint_url,
            },
            tick,
        )
    if counts["refused"]:
        told = "; ".join(tick.notices[:_FAULTS_TOLD])
        warnings.warn(f"{counts['refused']} not got: {told}", PartialWarning, stacklevel=2)
    return counts
