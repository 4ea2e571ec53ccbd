/* SPDX-License-Identifier: Apache-2.0
 *
 * EC2's XML as the JSON of the AWS CLI. The two differ by rules, and a table for what the rules do
 * not tell:
 *
 *     <privateIpAddress>10.0.0.1</privateIpAddress>     "PrivateIpAddress": "10.0.0.1"
 *     <groupSet><item>...</item></groupSet>             "Groups": [{...}]
 *     <sourceDestCheck>true</sourceDestCheck>           "SourceDestCheck": true
 *
 * A name that the table lacks, as AWS adds them, is capitalised; its text stays text, what is in it
 * tells lists from objects. tests/oracle/ec2.sh holds all of it against botocore.
 */
#include "aws/ec2.h"

#include "aws/xml.h"
#include "base/json_text.h"
#include "base/limits.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum shape { TEXT, FLAG, NUMBER, LIST, OBJECT };

/* In the order of strcmp. */
static const struct row {
	const char *element;
	const char *name; /* NULL: the element's, capitalised; of tagSet that of struct ec2_list */
	enum shape shape; /* of LIST and OBJECT: where nothing is in it */
} rows[] = {
	{"addressesSet", "Addresses", LIST},
	{"apiGatewayV2", NULL, OBJECT},
	{"assignIpv6AddressOnCreation", NULL, FLAG},
	{"associatedSubnetSet", "AssociatedSubnets", LIST},
	{"association", NULL, OBJECT},
	{"associationSet", "Associations", LIST},
	{"associationState", NULL, OBJECT},
	{"attachedApplianceSet", "AttachedAppliances", LIST},
	{"attachment", NULL, OBJECT},
	{"availableIpAddressCount", NULL, NUMBER},
	{"blockPublicAccessStates", NULL, OBJECT},
	{"cidrBlockAssociationSet", NULL, LIST},
	{"cidrBlockState", NULL, OBJECT},
	{"cidrSet", "Cidrs", LIST},
	{"connectionTrackingConfiguration", NULL, OBJECT},
	{"defaultForAz", NULL, FLAG},
	{"deleteOnTermination", NULL, FLAG},
	{"denyAllIgwTraffic", NULL, FLAG},
	{"destinationOptions", NULL, OBJECT},
	{"deviceIndex", NULL, NUMBER},
	{"dnsEntrySet", "DnsEntries", LIST},
	{"dnsOptions", NULL, OBJECT},
	{"egressOnlyInternetGateway", NULL, OBJECT},
	{"elasticFileSystem", NULL, OBJECT},
	{"enaQueueCount", NULL, NUMBER},
	{"enaSrdEnabled", NULL, FLAG},
	{"enaSrdSpecification", NULL, OBJECT},
	{"enaSrdUdpEnabled", NULL, FLAG},
	{"enaSrdUdpSpecification", NULL, OBJECT},
	{"enableDns64", NULL, FLAG},
	{"enableLniAtDeviceIndex", NULL, NUMBER},
	{"enableResourceNameDnsAAAARecord", NULL, FLAG},
	{"enableResourceNameDnsARecord", NULL, FLAG},
	{"encryptionControl", NULL, OBJECT},
	{"flowLogSet", "FlowLogs", LIST},
	{"globalAccelerator", NULL, OBJECT},
	{"groupSet", "Groups", LIST},
	{"hiddenByDefault", NULL, FLAG},
	{"hiveCompatiblePartitions", NULL, FLAG},
	{"igwFirewall", NULL, OBJECT},
	{"internetGateway", NULL, OBJECT},
	{"ipPrefixSet", "IpPrefixes", LIST},
	{"ipv4PrefixSet", "Ipv4Prefixes", LIST},
	{"ipv6AddressesSet", "Ipv6Addresses", LIST},
	{"ipv6CidrBlockAssociationSet", NULL, LIST},
	{"ipv6CidrBlockState", NULL, OBJECT},
	{"ipv6Native", NULL, FLAG},
	{"ipv6PrefixSet", "Ipv6Prefixes", LIST},
	{"isDefault", NULL, FLAG},
	{"isPrimary", NULL, FLAG},
	{"isPrimaryIpv6", NULL, FLAG},
	{"lambda", NULL, OBJECT},
	{"lastError", NULL, OBJECT},
	{"main", NULL, FLAG},
	{"managed", NULL, FLAG},
	{"mapCustomerOwnedIpOnLaunch", NULL, FLAG},
	{"mapPublicIpOnLaunch", NULL, FLAG},
	{"maxAggregationInterval", NULL, NUMBER},
	{"natGateway", NULL, OBJECT},
	{"natGatewayAddressSet", "NatGatewayAddresses", LIST},
	{"natGatewaySet", "NatGateways", LIST},
	{"networkCardIndex", NULL, NUMBER},
	{"networkFirewallAssociationSet", "NetworkFirewallAssociations", LIST},
	{"networkInterfaceIdSet", "NetworkInterfaceIds", LIST},
	{"networkInterfaceSet", "NetworkInterfaces", LIST},
	{"operator", NULL, OBJECT},
	{"payerResponsibilitySet", "PayerResponsibilities", LIST},
	{"perHourPartition", NULL, FLAG},
	{"prefixListSet", "PrefixLists", LIST},
	{"primary", NULL, FLAG},
	{"privateDnsEnabled", NULL, FLAG},
	{"privateDnsNameOptionsOnLaunch", NULL, OBJECT},
	{"privateDnsOnlyForInboundResolverEndpoint", NULL, FLAG},
	{"privateDnsSpecifiedDomainSet", "PrivateDnsSpecifiedDomains", LIST},
	{"privateIpAddressesSet", "PrivateIpAddresses", LIST},
	{"propagatingVgwSet", "PropagatingVgws", LIST},
	{"provisionedBandwidth", NULL, OBJECT},
	{"publicIpDnsNameOptions", NULL, OBJECT},
	{"requesterManaged", NULL, FLAG},
	{"resourceExclusions", NULL, OBJECT},
	{"routeSet", "Routes", LIST},
	{"routeTableIdSet", "RouteTableIds", LIST},
	{"routeTableSet", "RouteTables", LIST},
	{"sourceDestCheck", NULL, FLAG},
	{"subnetIdSet", "SubnetIds", LIST},
	{"subnetSet", "Subnets", LIST},
	{"tagFieldSpecificationSet", "TagFieldSpecifications", LIST},
	{"tagKeySet", "TagKeys", LIST},
	{"tagSet", NULL, LIST},
	{"tcpEstablishedTimeout", NULL, NUMBER},
	{"udpStreamTimeout", NULL, NUMBER},
	{"udpTimeout", NULL, NUMBER},
	{"virtualPrivateGateway", NULL, OBJECT},
	{"vpcEndpointSet", "VpcEndpoints", LIST},
	{"vpcLattice", NULL, OBJECT},
	{"vpcPeering", NULL, OBJECT},
	{"vpcSet", "Vpcs", LIST},
};

struct level {
	enum shape shape;
	bool has_child;
};

struct page {
	const struct ec2_list *list;
	struct buf *items;
	struct buf *token;
	uint64_t count;
	struct level levels[LIMIT_XML_DEPTH + 1];
	size_t depth;    /* elements that are open: 1 the answer, 2 the set, 3 a member of it */
	bool in_set;
	bool has_set;
};

static int
compare(const void *key, const void *row)
{
	return strcmp(key, ((const struct row *)row)->element);
}

static const struct row *
row_of(const char *element)
{
	return bsearch(element, rows, sizeof rows / sizeof *rows, sizeof *rows, compare);
}

static const char *
last_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash != NULL ? slash + 1 : path;
}

static void
add_name(struct page *page, const char *element)
{
	const struct row *row = row_of(element);
	const char *name = row != NULL ? row->name : NULL;
	struct buf *items = page->items;
	size_t at = items->len + 1; /* past the quote */
	if (strcmp(element, "tagSet") == 0)
		name = page->list->tags;
	json_adds_ascii(items, name != NULL ? name : element);
	if (!items->failed && items->data[at] >= 'a' && items->data[at] <= 'z')
		items->data[at] = (char)(items->data[at] - 'a' + 'A');
	buf_addc(items, ':');
}

static enum flowtoll_rc
on_begin(void *ctx, const char *path, const char *text, struct flowtoll_err *err)
{
	struct page *page = ctx;
	const char *element = last_of(path);
	struct level *above = &page->levels[page->depth];
	bool is_item = strcmp(element, "item") == 0;
	(void)text;
	page->depth++;
	assert(page->depth <= LIMIT_XML_DEPTH);
	page->levels[page->depth] = (struct level){.shape = TEXT};
	if (page->depth == 2) {
		page->in_set = strcmp(element, page->list->set) == 0;
		page->has_set |= page->in_set;
	}
	if (page->depth < 3 || !page->in_set)
		return FLOWTOLL_OK;
	bool is_first = !above->has_child;
	if (is_first)
		above->shape = is_item || page->depth == 3 ? LIST : OBJECT;
	if ((above->shape == LIST) != is_item)
		return ERR(err, FLOWTOLL_ERR_REMOTE, "the answer is not what EC2 sends: %.100s in a list",
		           element);
	above->has_child = true;
	if (page->depth == 3)
		buf_adds(page->items, page->items->len > 0 ? ",\n" : "");
	else if (is_first)
		buf_addc(page->items, above->shape == LIST ? '[' : '{');
	else
		buf_addc(page->items, ',');
	if (!is_item)
		add_name(page, element);
	return buf_check(page->items, "reading an answer of EC2", err);
}

static bool
is_number(const char *text)
{
	text += *text == '-';
	size_t len = strlen(text);
	return len > 0 && len < 19 && strspn(text, "0123456789") == len &&
		(text[0] != '0' || len == 1);
}

static void
add_leaf(struct page *page, const char *element, const char *text)
{
	const struct row *row = row_of(element);
	enum shape shape = row != NULL ? row->shape : TEXT;
	bool is_blank = text[strspn(text, " \t\r\n")] == '\0';
	if (page->depth == 3 && is_blank)
		shape = OBJECT;
	if (shape == LIST && is_blank)
		buf_adds(page->items, "[]");
	else if (shape == OBJECT && is_blank)
		buf_adds(page->items, "{}");
	else if ((shape == FLAG && (strcmp(text, "true") == 0 || strcmp(text, "false") == 0)) ||
	         (shape == NUMBER && is_number(text)))
		buf_adds(page->items, text);
	else
		json_adds_ascii(page->items, text);
}

static enum flowtoll_rc
on_end(void *ctx, const char *path, const char *text, struct flowtoll_err *err)
{
	struct page *page = ctx;
	const char *element = last_of(path);
	const struct level *level = &page->levels[page->depth];
	assert(page->depth > 0);
	if (page->depth == 2 && strcmp(element, "nextToken") == 0) {
		buf_clear(page->token);
		buf_adds(page->token, text);
	}
	if (page->depth >= 3 && page->in_set) {
		page->count += page->depth == 3;
		if (level->has_child)
			buf_addc(page->items, level->shape == LIST ? ']' : '}');
		else
			add_leaf(page, element, text);
	}
	page->depth--;
	TRY(buf_check(page->token, "reading an answer of EC2", err));
	return buf_check(page->items, "reading an answer of EC2", err);
}

enum flowtoll_rc
ec2_page_read(const char *bytes, size_t len, const struct ec2_list *list, struct buf *items,
              uint64_t *count, struct buf *token, struct flowtoll_err *err)
{
	struct page page = {.list = list, .items = items, .token = token};
	buf_clear(token);
	TRY(aws_xml_walk_tree(bytes, len, on_begin, on_end, &page, err));
	if (!page.has_set)
		return ERR(err, FLOWTOLL_ERR_REMOTE, "the answer is none of EC2's to %s: it has no %s",
		           list->operation, list->set);
	*count += page.count;
	return FLOWTOLL_OK;
}
