# SPDX-License-Identifier: Apache-2.0
"""From a scenario and a seed to logs, inventory and truth."""
import datetime
import json
import os
import random
import shutil
import tempfile
from dataclasses import dataclass

from . import events, fields, flow_files, inventory, journey, traffic, truth, worlds
from .meter import Meter
from .model import ACCOUNT, Attachment, World
from .recorder import FlowLog, Recorder
from .scenarios import Scenario

START = int(datetime.datetime(2026, 11, 19, 22, tzinfo=datetime.timezone.utc).timestamp())
HOURS, FLOWS = 4, 60
OTHER_INTERVAL = 600


@dataclass(frozen=True)
class Options:
    scenario: Scenario
    seed: int = 1
    format: str = "v5"
    order: str = "documented"
    interval: int = None         # else the scenario's
    flows: int = FLOWS
    hours: int = HOURS

    @property
    def window_s(self):
        return self.interval or self.scenario.interval

    @property
    def period(self):
        return START, START + self.hours * 3600


@dataclass
class Simulation:
    options: Options
    world: World
    recorder: Recorder
    meter: Meter
    played: list                 # (connection, journey)


def flow_logs(options, world):
    """The scenario's, and which interfaces each logs."""
    scenario, interval, ids = options.scenario, options.window_s, world.ids
    rng = random.Random(f"fields {options.seed}")
    names = fields.of_format(options.format, options.order, rng)
    hosts = {c.interface for c in world.clients}
    logs = []
    for vpc in world.vpcs:
        points = flow_files.points_of(world, lambda p, vpc=vpc: p.vpc is vpc and (
            scenario.flow_logs != "clients" or p in hosts))
        logs.append(FlowLog(ids("fl"), vpc.account, interval, names, points))
    if scenario.flow_logs.startswith("vpc+subnet"):
        subnet = world.gateways[0].point.subnet
        points = flow_files.points_of(world, lambda p: p.subnet is subnet)
        other = scenario.flow_logs == "vpc+subnet_other"
        logs.append(FlowLog(ids("fl"), subnet.vpc.account,
                            OTHER_INTERVAL if other else interval, names, points,
                            traffic="ACCEPT" if other else "ALL"))
    if world.attachments:
        points = frozenset(p for p in world.points() if isinstance(p, Attachment))
        logs.append(FlowLog(ids("fl"), ACCOUNT, 60, tuple(fields.TRANSIT), points, True))
    return logs


def draw_connection(source, rng, world):
    """Anything from anybody, but for what the client's subnet sends elsewhere."""
    while True:
        client = rng.choice(world.clients)
        remote, row = source.draw_remote()
        beside = row.service == "S3" and row.region == "us-east-1"
        if not (beside and client.interface.subnet in world.endpoint_subnets):
            return source.connection(client, remote, row)


def happen(options, world, source, sim, rng):
    """What the scenario has beside its connections."""
    extras = options.scenario.extras
    more = events.Events(rng, world, source, sim.recorder, sim.meter)
    count = max(10, options.flows // 3)
    billed = [(c, j) for c, j in sim.played if j.charges]
    more.beside(count // 2)
    if "unsolicited" in extras:
        more.unsolicited(count * 2)
    if "late" in extras:
        more.late(billed, count)
    if "exhausted" in extras:
        more.exhausted(billed, count)
    if "rejected" in extras:
        more.rejected(billed, count)


def run(options):
    """The same world, connections and truth for a seed, whatever the format and its order."""
    scenario = options.scenario
    rng = random.Random(f"{scenario.name} {options.seed}")
    world = worlds.build(scenario, rng)
    world.flow_logs = flow_logs(options, world)
    intervals = {log.interval for log in world.flow_logs}
    sim = Simulation(options, world, Recorder(intervals), Meter(intervals), [])
    private = scenario.topology == "private"
    source = traffic.Traffic(rng, *options.period,
                             traffic.PRIVATE_REMOTES if private else traffic.REMOTES,
                             scenario.habits)
    for _ in range(scenario.connections(options.flows)):
        connection = draw_connection(source, rng, world)
        way = world.ways[connection.client]
        found = journey.make(rng, connection.client, way, connection.remote,
                             connection.client_port, connection.remote_port, connection.protocol)
        journey.play(connection, found, sim.recorder, sim.meter)
        sim.played.append((connection, found))
    happen(options, world, source, sim, rng)
    return sim


def write_json(path, value):
    with open(path, "w", encoding="utf-8") as file:
        json.dump(value, file, indent=4)
        file.write("\n")


def write(sim, folder):
    """All files, in a folder that appears when it is whole. Gives the truth."""
    folder = os.path.abspath(folder)
    os.makedirs(os.path.dirname(folder), exist_ok=True)
    scratch = tempfile.mkdtemp(prefix=".nat-oracle-", dir=os.path.dirname(folder))
    try:
        options = sim.options
        written = flow_files.write(os.path.join(scratch, "logs"), sim.world, sim.recorder,
                                   options.period, options.scenario.faults, options.seed)
        found = truth.tell(sim, written)
        write_json(os.path.join(scratch, "truth.json"), found)
        for name, value in inventory.files(sim.world, options.scenario.inventory).items():
            write_json(os.path.join(scratch, name), value)
        os.chmod(scratch, 0o755)
        os.rename(scratch, folder)  # fails where the folder holds something
    except BaseException:
        shutil.rmtree(scratch, ignore_errors=True)
        raise
    return found
