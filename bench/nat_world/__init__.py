"""A world of VPCs, gateways and connections: what it is billed, and what its flow logs say.

    model      what there is: VPCs, subnets, interfaces, gateways
    worlds     which of it a scenario has
    traffic    connections, as bursts of packets
    journey    the way of a connection's packets, interface by interface
    recorder   what an interface's flow log notes of the packets that pass it
    meter      what a gateway bills of the packets that it processes
    events     packets that no gateway processes, and traffic beside the gateway
    fields     records as text; flow_files, as objects in a bucket; inventory, as `aws ec2` prints
    scenarios  the table of scenarios, and what may be asked of an answer to each
    truth      truth.json
    reader     records as they were written

Recorder and meter do not know of each other: that the one's records add up to the other's bill is
for tests, and for flowtoll, to find. The rules and their sources: docs/accounting.md.
"""
