/* SPDX-License-Identifier: Apache-2.0
 *
 * See gen_flow.h.
 */
#include "gen/gen_flow.h"

#include <assert.h>

enum {
	TCP = 6,
	UDP = 17,
	ICMP = 1,
	PACKET_BYTES = 1500,
	TCP_HEADERS = 52,    /* of IPv4 and TCP with timestamps */
	TCP_HEADERS_V6 = 72,
	BIG_SHIFT = 30,   /* what --big adds to every size; the largest has 31 bits without it */
	PATH_VPC = 1,     /* traffic-path values */
	PATH_INTERNET = 8
};

/* One end of a connection: the address its interface shows, the one in the packet, the port. */
struct end {
	uint32_t addr, pkt;
	uint16_t port;
};

/* Bytes and packets one way. */
struct size {
	uint64_t bytes, packets;
	unsigned flags;
};

struct talk {
	unsigned protocol;
	struct size up, down;
	uint64_t start_ms, end_ms;
	enum gen_encryption encryption;
};

/* What clients do through the NAT gateway. The sizes are payload: the least, and how many times
 * it may double. S3 carries most of the bytes. */
struct errand {
	enum gen_class class;
	unsigned weight; /* of all errands together: 1000 */
	unsigned protocol;
	uint16_t port;
	bool heavy; /* mostly the batch workers */
	uint32_t up, down;
	unsigned up_doublings, down_doublings;
};
static const struct errand errands[] = {
	{GEN_S3, 280, TCP, 443, true, 600, 4000000, 2, 7},
	{GEN_S3, 110, TCP, 443, true, 3000000, 400, 7, 1},
	{GEN_DYNAMODB, 200, TCP, 443, false, 9000, 150000, 6, 6},
	{GEN_API, 130, TCP, 443, false, 4000, 100000, 4, 5},
	{GEN_S3_FAR, 10, TCP, 443, false, 700, 3000000, 2, 6},
	{GEN_EC2_FAR, 50, TCP, 443, false, 20000, 2500000, 5, 6},
	{GEN_CLOUDFRONT, 45, TCP, 443, false, 700, 2500000, 2, 6},
	{GEN_REGISTRY, 20, TCP, 443, false, 900, 12000000, 2, 5},
	{GEN_GIT, 10, TCP, 22, false, 9000, 2000000, 4, 6},
	{GEN_LOGS, 60, TCP, 443, false, 1500000, 300, 5, 1},
	{GEN_RESOLVER, 70, UDP, 53, false, 34, 90, 0, 1},
	{GEN_TIME, 10, UDP, 123, false, 48, 48, 0, 0},
	{GEN_API, 5, ICMP, 0, false, 0, 0, 0, 0},
};

/* How often each kind of event happens, in thousandths; how many records it makes. */
enum event {
	EVENT_NAT,
	EVENT_BALANCER,
	EVENT_DATABASE,
	EVENT_CACHE,
	EVENT_ENDPOINT,
	EVENT_DIRECT,
	EVENT_BLOCKED,
	EVENT_SCAN,
	EVENT_UNSOLICITED
};
static const struct {
	unsigned usual, wide;
	unsigned rows;
} events[] = {
	[EVENT_NAT] = {480, 60, 6},
	[EVENT_BALANCER] = {170, 10, 6},
	[EVENT_DATABASE] = {130, 10, 4},
	[EVENT_CACHE] = {60, 5, 4},
	[EVENT_ENDPOINT] = {45, 5, 4},
	[EVENT_DIRECT] = {20, 900, 2},
	[EVENT_BLOCKED] = {10, 2, 2},
	[EVENT_SCAN] = {65, 6, 1},
	[EVENT_UNSOLICITED] = {20, 2, 1},
};

/* Sums soon pass 2^63 and, with low bits of their own, cannot be held by a double. */
static void
enlarge(struct gen_maker *m, struct size *size)
{
	uint64_t low = ((uint64_t)1 << BIG_SHIFT) - 1;
	if (size->packets == 0)
		return;
	size->bytes = size->bytes << BIG_SHIFT | (gen_rng_next(&m->rng) & low);
	size->packets = size->packets << BIG_SHIFT | (gen_rng_next(&m->rng) & low);
}

/* TCP flags that a record collects: FIN 1, SYN 2, RST 4, ACK 16 with SYN only. Of the whole
 * connection, its begin, its end, a minute out of its middle, a reset. */
static const struct {
	unsigned up, down;
} phases[] = {{3, 19}, {3, 19}, {3, 19}, {3, 19}, {2, 18},
              {2, 18}, {1, 1},  {1, 1},  {0, 0},  {7, 19}};

/* When, and how big a connection with these payloads looks on the wire. */
static struct talk
make_talk(struct gen_maker *m, unsigned protocol, bool ipv6, uint64_t up, uint64_t down)
{
	struct talk talk = {.protocol = protocol};
	if (protocol == TCP) {
		uint64_t phase = gen_rng_below(&m->rng, sizeof phases / sizeof phases[0]);
		uint64_t headers = ipv6 ? TCP_HEADERS_V6 : TCP_HEADERS;
		uint64_t mss = PACKET_BYTES - headers - gen_rng_below(&m->rng, 300);
		uint64_t up_data = (up + mss - 1) / mss, down_data = (down + mss - 1) / mss;
		/* every second packet is acknowledged; a handshake and a good-bye */
		talk.up.packets = up_data + (down_data + 1) / 2 + 2;
		talk.down.packets = down_data + (up_data + 1) / 2 + 1;
		talk.up.bytes = up + headers * talk.up.packets;
		talk.down.bytes = down + headers * talk.down.packets;
		talk.up.flags = phases[phase].up;
		talk.down.flags = phases[phase].down;
	} else if (protocol == UDP) {
		talk.up = (struct size){up + 28, 1, 0};
		talk.down = (struct size){down + 28, 1, 0};
	} else {
		uint64_t pings = 1 + gen_rng_below(&m->rng, 60);
		talk.up = talk.down = (struct size){84 * pings, pings, 0};
	}
	if (m->options->big) {
		enlarge(m, &talk.up);
		enlarge(m, &talk.down);
	}
	talk.end_ms = m->minute_ms + gen_rng_below(&m->rng, 60000);
	talk.start_ms = talk.end_ms - gen_rng_below(&m->rng, 60000);
	return talk;
}

static struct gen_row *
add_row(struct gen_maker *m, const struct talk *talk, const struct size *size)
{
	assert(m->count < GEN_BATCH_ROWS);
	uint64_t unit = m->options->ms ? 1 : 1000;
	struct gen_row *row = &m->rows[m->count++];
	*row = (struct gen_row){.next_hop = GEN_NONE, .encryption = (uint8_t)talk->encryption};
	row->number[GEN_PROTOCOL] = talk->protocol;
	row->number[GEN_BYTES] = size->bytes;
	row->number[GEN_PACKETS] = size->packets;
	row->number[GEN_TCP_FLAGS] = size->flags;
	row->number[GEN_START] = talk->start_ms / unit;
	row->number[GEN_END] = talk->end_ms / unit;
	return row;
}

/* A record as one interface saw it. On egress the path says which way out. */
static struct gen_row *
leg(struct gen_maker *m, uint32_t eni, const struct talk *talk, const struct size *size,
    struct end from, struct end to, uint32_t next_hop, unsigned path)
{
	struct gen_row *row = add_row(m, talk, size);
	row->eni = eni;
	row->next_hop = next_hop;
	row->egress = path != 0;
	row->number[GEN_TRAFFIC_PATH] = path;
	row->number[GEN_SRCPORT] = from.port;
	row->number[GEN_DSTPORT] = to.port;
	row->addr[GEN_SRC] = from.addr;
	row->addr[GEN_DST] = to.addr;
	row->addr[GEN_PKT_SRC] = from.pkt;
	row->addr[GEN_PKT_DST] = to.pkt;
	return row;
}

static struct end
end_of(uint32_t addr, uint64_t port)
{
	return (struct end){addr, addr, (uint16_t)port};
}

/* One port in five comes back, as those of connections that live on or are pooled. */
static uint16_t
client_port(struct gen_maker *m, uint32_t client, uint32_t remote)
{
	uint64_t port = gen_rng_chance(&m->rng, GEN_PPM / 5)
	                    ? (client * 2654435761u + remote * 40503u) >> 4
	                    : gen_rng_next(&m->rng);
	return (uint16_t)(32768 + port % 28232);
}

/* Connections between two interfaces of the VPC: each sees both ways. */
static void
local_legs(struct gen_maker *m, const struct talk *talk, uint32_t client_eni, struct end client,
           uint32_t server_eni, struct end server)
{
	leg(m, client_eni, talk, &talk->up, client, server, server_eni, PATH_VPC);
	/* the other interface knows a pod by its own address only */
	struct end seen = {client.pkt, client.pkt, client.port};
	leg(m, server_eni, talk, &talk->up, seen, server, client_eni, 0);
	leg(m, server_eni, talk, &talk->down, server, seen, client_eni, PATH_VPC);
	leg(m, client_eni, talk, &talk->down, server, client, server_eni, 0);
}

static const struct errand *
choose_errand(struct gen_maker *m)
{
	uint64_t at = gen_rng_below(&m->rng, 1000);
	const struct errand *errand = errands;
	while (at >= errand->weight)
		at -= errand++->weight;
	assert(errand < errands + sizeof errands / sizeof errands[0]);
	return errand;
}

static uint64_t
errand_size(struct gen_maker *m, uint64_t least, unsigned doublings)
{
	return least > 0 ? gen_rng_tail(&m->rng, least, doublings) : 0;
}

static void
event_nat(struct gen_maker *m)
{
	const struct gen_world *world = m->world;
	const bool bursts = m->file->burst > 0 && gen_rng_chance(&m->rng, GEN_PPM / 2);
	const struct errand *errand = bursts ? &errands[0] : choose_errand(m);
	const struct gen_client *client = bursts
		? &world->clients[m->file->burst_client]
		: gen_world_client(world, &m->rng, errand->heavy);
	uint32_t remote = gen_world_remote(world, &m->rng, errand->class, m->options->wide);
	uint64_t up = errand_size(m, errand->up, errand->up_doublings);
	uint64_t down = errand_size(m, errand->down, errand->down_doublings);
	down <<= bursts ? m->file->burst : 0;
	struct talk talk = make_talk(m, errand->protocol, false, up, down);
	bool ports = errand->protocol != ICMP;
	uint16_t port = ports ? client_port(m, client->pkt, remote) : 0;
	uint32_t nat = world->nat, nat_addr = world->enis[nat].addr;
	struct end c = {client->addr, client->pkt, port}, seen = {client->pkt, client->pkt, port};
	struct end r = end_of(remote, errand->port);
	struct end n = end_of(nat_addr, ports ? 1024 + (port * 2654435761u >> 8) % 64512 : 0);
	struct end n_inside = {nat_addr, remote, errand->port}; /* the gateway stands in for R */

	leg(m, nat, &talk, &talk.up, seen, n_inside, client->eni, 0);
	leg(m, nat, &talk, &talk.up, n, r, GEN_NONE, PATH_INTERNET);
	leg(m, nat, &talk, &talk.down, r, n, GEN_NONE, 0);
	leg(m, nat, &talk, &talk.down, n_inside, seen, client->eni, PATH_VPC);
	leg(m, client->eni, &talk, &talk.up, c, r, nat, PATH_VPC);
	leg(m, client->eni, &talk, &talk.down, r, c, nat, 0);
	m->failed |= !gen_truth_nat(m->truth, client->pkt, remote, talk.up.bytes, talk.down.bytes,
	                            talk.up.packets + talk.down.packets);
}

/* A viewer asks the load balancer, and that asks one of the web instances. */
static void
event_balancer(struct gen_maker *m, bool ipv6)
{
	const struct gen_world *world = m->world;
	uint32_t eni = world->balancers[gen_rng_below(&m->rng, GEN_ZONES)];
	const struct gen_eni *balancer = &world->enis[eni];
	uint32_t viewer =
		gen_world_remote(world, &m->rng, ipv6 ? GEN_VIEWER_V6 : GEN_VIEWER, m->options->wide);
	struct end v = end_of(viewer, 1024 + gen_rng_below(&m->rng, 64512));
	struct end b = end_of(ipv6 ? balancer->addr6 : balancer->addr, 443);
	uint64_t up = gen_rng_tail(&m->rng, 500, 4), down = gen_rng_tail(&m->rng, 400000, 6);
	struct talk outer = make_talk(m, TCP, ipv6, up, down);
	outer.encryption = GEN_APPLICATION;
	leg(m, eni, &outer, &outer.up, v, b, GEN_NONE, 0);
	leg(m, eni, &outer, &outer.down, b, v, GEN_NONE, PATH_INTERNET);

	uint32_t which = world->webs[gen_rng_below(&m->rng, world->web_count)];
	const struct gen_client *web = &world->clients[which];
	struct talk inner = make_talk(m, TCP, false, up + 200, down + down / 8);
	inner.encryption = GEN_NITRO;
	local_legs(m, &inner, eni, end_of(balancer->addr, client_port(m, balancer->addr, web->addr)),
	           web->eni, end_of(web->addr, 8080));
}

static void
event_local(struct gen_maker *m, enum event event)
{
	const struct gen_world *world = m->world;
	const struct gen_client *client = gen_world_client(world, &m->rng, false);
	uint32_t server = world->cache;
	uint16_t port = 6379;
	uint64_t up = gen_rng_tail(&m->rng, 300, 5), down = gen_rng_tail(&m->rng, 100000, 6);
	struct talk talk = make_talk(m, TCP, false, up, down);
	talk.encryption = GEN_NITRO;
	if (event == EVENT_DATABASE) {
		server = gen_rng_chance(&m->rng, GEN_PPM / 4) ? world->replica : world->database;
		port = 5432;
	} else if (event == EVENT_ENDPOINT) {
		server = world->endpoints[gen_rng_below(&m->rng, GEN_ZONES)];
		port = 443;
		talk.encryption = GEN_BOTH;
	}
	struct end c = {client->addr, client->pkt, client_port(m, client->pkt, server)};
	local_legs(m, &talk, client->eni, c, server, end_of(world->enis[server].addr, port));
}

/* An instance with a public address, or one with IPv6 behind an egress-only gateway, talks to
 * the outside by itself. */
static void
event_direct(struct gen_maker *m, bool ipv6)
{
	static const enum gen_class classes[] = {GEN_S3_V6, GEN_CLOUDFRONT_V6, GEN_EC2_FAR_V6};
	const struct gen_world *world = m->world;
	uint32_t eni = world->public_first + (uint32_t)gen_rng_below(&m->rng, world->public_count);
	uint32_t remote = world->remote_first + (uint32_t)gen_rng_below(&m->rng, world->remote_count);
	if (ipv6) {
		if (!m->options->wide)
			eni = world->clients[gen_rng_below(&m->rng, m->options->clients)].eni;
		remote = gen_world_remote(world, &m->rng, classes[gen_rng_below(&m->rng, 3)],
		                          m->options->wide);
	}
	struct talk talk =
		make_talk(m, TCP, ipv6, gen_rng_tail(&m->rng, 400, 3), gen_rng_tail(&m->rng, 40000, 6));
	const struct gen_eni *own = &world->enis[eni];
	uint32_t addr = ipv6 ? own->addr6 : own->addr;
	struct end c = end_of(addr, client_port(m, addr, remote)), r = end_of(remote, 443);
	leg(m, eni, &talk, &talk.up, c, r, GEN_NONE, PATH_INTERNET);
	leg(m, eni, &talk, &talk.down, r, c, GEN_NONE, 0);
}

static struct talk
probe(struct gen_maker *m, bool ipv6, uint64_t packets)
{
	struct talk talk = make_talk(m, TCP, ipv6, 0, 0);
	unsigned packet_bytes = (ipv6 ? 60u : 40u) + (gen_rng_chance(&m->rng, GEN_PPM / 2) ? 4 : 0);
	talk.up = (struct size){packets * packet_bytes, packets, 2};
	if (m->options->big)
		enlarge(m, &talk.up);
	return talk;
}

/* Somebody inside tries a port that the database's security group does not open. */
static void
event_blocked(struct gen_maker *m)
{
	const struct gen_world *world = m->world;
	const struct gen_client *client = gen_world_client(world, &m->rng, false);
	struct talk talk = probe(m, false, 1 + gen_rng_below(&m->rng, 6));
	struct end c = {client->addr, client->pkt, client_port(m, client->pkt, 22)};
	struct end s = end_of(world->enis[world->database].addr, 22);
	leg(m, client->eni, &talk, &talk.up, c, s, world->database, PATH_VPC);
	c.addr = c.pkt;
	leg(m, world->database, &talk, &talk.up, c, s, client->eni, 0)->reject = true;
}

/* A knock from outside: the load balancer's security group rejects it; at the gateway it is
 * logged as accepted, although the gateway drops what nobody asked for. */
static void
event_knock(struct gen_maker *m, bool ipv6, bool nat)
{
	static const uint16_t ports[] = {22,   23,   80,   445,  1433, 2375,
	                                 3389, 5555, 6379, 8080, 8728, 9200};
	const struct gen_world *world = m->world;
	uint32_t from = gen_world_remote(world, &m->rng, ipv6 ? GEN_SCANNER_V6 : GEN_SCANNER, false);
	uint32_t eni = nat ? world->nat : world->balancers[gen_rng_below(&m->rng, GEN_ZONES)];
	uint32_t to = ipv6 ? world->enis[eni].addr6 : world->enis[eni].addr;
	uint16_t port = ports[gen_rng_below(&m->rng, sizeof ports / sizeof ports[0])];
	struct talk talk = probe(m, ipv6, 1 + gen_rng_below(&m->rng, 2));
	struct gen_row *row = leg(m, eni, &talk, &talk.up,
	                          end_of(from, 1024 + gen_rng_below(&m->rng, 64512)), end_of(to, port),
	                          GEN_NONE, 0);
	row->reject = !nat;
	row->blocked_by_bpa = !nat && gen_rng_chance(&m->rng, GEN_PPM / 20);
	if (nat)
		gen_truth_unsolicited(m->truth, talk.up.bytes, talk.up.packets);
}

/* One way through the transit gateway: in at one attachment, out at the other. */
static void
transit_legs(struct gen_maker *m, const struct talk *talk, const struct size *size,
             const struct end ends[2], const uint8_t attachments[2], const uint8_t zones[2],
             bool one)
{
	uint64_t lost = gen_rng_chance(&m->rng, 5000) ? 1 + gen_rng_below(&m->rng, 9) : 0;
	unsigned why = (unsigned)gen_rng_below(&m->rng, 4);
	for (unsigned i = 0; i < (one ? 1 : 2); i++) {
		struct gen_row *row = leg(m, attachments[i], talk, size, ends[0], ends[1], GEN_NONE, 0);
		row->egress = i == 1;
		row->pair = attachments[1 - i];
		row->src_attachment = attachments[0];
		row->dst_attachment = attachments[1];
		row->src_zone = zones[0];
		row->dst_zone = zones[1];
		row->number[GEN_LOST + why] = i == 0 ? lost : 0;
	}
}

/* A client of a spoke talks to the internet by way of the egress VPC, to the office, or to a
 * client of another spoke. `rows` of 4, or fewer at the end of a file. */
static void
event_transit(struct gen_maker *m, uint64_t rows)
{
	const struct gen_world *world = m->world;
	const struct gen_client *client = gen_world_client(world, &m->rng, true), *other = client;
	uint64_t where = gen_rng_below(&m->rng, 10);
	bool ipv6 = gen_rng_chance(&m->rng, m->options->ipv6_ppm);
	uint8_t far = GEN_ATT_EGRESS, zone = client->zone;
	struct end c = end_of(client->addr, 0), s = end_of(0, 443);
	if (where < 6 || ipv6) {
		s.addr = gen_world_remote(world, &m->rng, ipv6 ? GEN_CLOUDFRONT_V6 : GEN_S3,
		                          m->options->wide);
		if (ipv6)
			c.addr = gen_world_remote(world, &m->rng, GEN_EC2_FAR_V6, m->options->wide);
	} else if (where < 8) {
		far = GEN_ATT_VPN;
		s.addr = world->onprem_first + (uint32_t)gen_rng_below(&m->rng, world->onprem_count);
	} else {
		while (other->attachment == client->attachment)
			other = gen_world_client(world, &m->rng, false);
		far = other->attachment;
		zone = other->zone;
		s = end_of(other->addr, 5432);
	}
	s.pkt = s.addr;
	c.pkt = c.addr;
	c.port = client_port(m, c.addr, s.addr);
	struct talk talk = make_talk(m, TCP, ipv6, gen_rng_tail(&m->rng, 700, 6),
	                             gen_rng_tail(&m->rng, 30000, 9));
	transit_legs(m, &talk, &talk.up, (struct end[]){c, s}, (uint8_t[]){client->attachment, far},
	             (uint8_t[]){client->zone, zone}, rows < 2);
	if (rows >= 4)
		transit_legs(m, &talk, &talk.down, (struct end[]){s, c},
		             (uint8_t[]){far, client->attachment}, (uint8_t[]){zone, client->zone}, false);
}

/* An interface that had no traffic, or whose records were lost. */
static void
event_blank(struct gen_maker *m, enum gen_status status)
{
	bool transit = m->options->kind == GEN_TGW;
	struct talk talk = {.end_ms = m->minute_ms + gen_rng_below(&m->rng, 60000)};
	talk.start_ms = talk.end_ms - gen_rng_below(&m->rng, 60000);
	struct gen_row *row = add_row(m, &talk, &(struct size){0});
	row->eni = (uint32_t)gen_rng_below(&m->rng, transit ? GEN_ATTACHMENTS : m->world->eni_count);
	row->status = (uint8_t)status;
}

static void
event_ipv6(struct gen_maker *m, uint64_t room)
{
	uint64_t which = gen_rng_below(&m->rng, 10);
	if (room >= 6 && which < 4 && !m->options->wide)
		event_balancer(m, true);
	else if (room >= 2 && which < 9)
		event_direct(m, true);
	else
		event_knock(m, true, false);
}

static void
event_ipv4(struct gen_maker *m, uint64_t room)
{
	uint64_t at = gen_rng_below(&m->rng, 1000);
	enum event event = EVENT_NAT;
	for (;; event++) {
		unsigned weight = m->options->wide ? events[event].wide : events[event].usual;
		if (at < weight)
			break;
		at -= weight;
	}
	if (events[event].rows > room) /* the rest of a file */
		event = room >= 4 ? EVENT_DATABASE : room >= 2 ? EVENT_DIRECT : EVENT_SCAN;
	switch (event) {
	case EVENT_NAT:
		event_nat(m);
		break;
	case EVENT_BALANCER:
		event_balancer(m, false);
		break;
	case EVENT_DATABASE:
	case EVENT_CACHE:
	case EVENT_ENDPOINT:
		event_local(m, event);
		break;
	case EVENT_DIRECT:
		event_direct(m, false);
		break;
	case EVENT_BLOCKED:
		event_blocked(m);
		break;
	case EVENT_SCAN:
		event_knock(m, false, false);
		break;
	case EVENT_UNSOLICITED:
		event_knock(m, false, true);
		break;
	}
}

/* True while fewer than the wished share have been made. */
static bool
owed(uint64_t have, uint64_t made, unsigned ppm)
{
	return (unsigned __int128)have * GEN_PPM < (unsigned __int128)made * ppm;
}

void
gen_flow_event(struct gen_maker *m, uint64_t room)
{
	assert(room > 0 && m->count + GEN_EVENT_ROWS_MAX <= GEN_BATCH_ROWS);
	size_t before = m->count;
	uint64_t made = m->made + 1;
	if (owed(m->skipdata, made, m->options->skipdata_ppm)) {
		event_blank(m, GEN_SKIPDATA);
		m->skipdata++;
	} else if (owed(m->nodata, made, m->options->nodata_ppm)) {
		event_blank(m, GEN_NODATA);
		m->nodata++;
	} else if (m->options->kind == GEN_TGW) {
		event_transit(m, room >= 4 ? 4 : room);
	} else if (gen_rng_chance(&m->rng, m->options->ipv6_ppm)) {
		event_ipv6(m, room);
	} else {
		event_ipv4(m, room);
	}
	m->made += m->count - before;
	assert(m->count - before <= room);
}
