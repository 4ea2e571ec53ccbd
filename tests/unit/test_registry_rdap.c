/* SPDX-License-Identifier: Apache-2.0
 *
 * src/registry/rdap.c, rdap_owner.c, rdap_address.c: what registries answer, right and odd.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "registry/rdap.h"
#include "registry/rdap_address.h"
#include "base/utf8.h"

#include <stdio.h>
#include <string.h>

static struct ip
ip_of(const char *text)
{
	struct ip ip;
	assert_true(ip_parse(text, strlen(text), &ip));
	return ip;
}

static struct registry_rdap_answer
read_answer(const char *json, const char *asked, struct arena *arena)
{
	struct flowtoll_err err;
	struct registry_rdap_answer answer;
	char text[8192];
	size_t len = strlen(json);
	assert_true(len < sizeof text);
	for (size_t i = 0; i <= len; i++)
		text[i] = json[i] == '\'' ? '"' : json[i];
	assert_int_equal(registry_rdap_read(text, len, ip_of(asked), arena, &answer, &err),
	                 FLOWTOLL_OK);
	return answer;
}

/* `expected` is "first last", "nobody", "slower", or a part of the reason. */
static void
assert_answer(const char *json, const char *asked, const char *expected)
{
	struct arena arena = {.newest = NULL};
	struct registry_rdap_answer answer = read_answer(json, asked, &arena);
	char first[IP_TEXT_MAX], last[IP_TEXT_MAX], shown[128];
	ip_print(answer.range.first, first);
	ip_print(answer.range.last, last);
	snprintf(shown, sizeof shown, "%s %s", first, last);
	if (answer.kind == REGISTRY_RDAP_RANGE) {
		assert_true(answer.range.found);
		assert_string_equal(shown, expected);
	} else if (answer.kind == REGISTRY_RDAP_NOBODY) {
		assert_string_equal("nobody", expected);
		assert_false(answer.range.found);
		assert_string_equal(first, asked);
		assert_string_equal(last, asked);
	} else if (answer.kind == REGISTRY_RDAP_SLOWER) {
		assert_string_equal("slower", expected);
	} else if (strstr(answer.reason, expected) == NULL) {
		fail_msg("%s: %s", json, answer.reason);
	}
	arena_free(&arena);
}

static const struct {
	const char *json;
	const char *asked;
	const char *expected;
} cases[] = {
	{"{'startAddress':'8.8.8.0','endAddress':'8.8.8.255'}", "8.8.8.8", "8.8.8.0 8.8.8.255"},
	{"{'startAddress':'008.008.008.000','endAddress':'008.008.008.255'}", "8.8.8.8",
	 "8.8.8.0 8.8.8.255"},
	{"{'startAddress':' 8.8.8.0 ','endAddress':'8.8.8.255\\n'}", "8.8.8.8",
	 "8.8.8.0 8.8.8.255"},
	{"{'startAddress':'200.3.0.0/16'}", "200.3.4.5", "200.3.0.0 200.3.255.255"},
	{"{'startAddress':'200.3/16','endAddress':''}", "200.3.4.5", "200.3.0.0 200.3.255.255"},
	{"{'startAddress':'8.8.8.3','endAddress':'8.8.8.9'}", "8.8.8.8", "8.8.8.3 8.8.8.9"},
	{"{'startAddress':'2001:4860:0000::','endAddress':"
	 "'2001:4860:ffff:ffff:ffff:ffff:ffff:ffff'}", "2001:4860::1",
	 "2001:4860:: 2001:4860:ffff:ffff:ffff:ffff:ffff:ffff"},
	{"{'startAddress':'2001:4860::/32'}", "2001:4860::1",
	 "2001:4860:: 2001:4860:ffff:ffff:ffff:ffff:ffff:ffff"},
	{"{'cidr0_cidrs':[{'v4prefix':'1.0.0.0','length':8},{'v4prefix':'8.8.8.0','length':24}]}",
	 "8.8.8.8", "8.8.8.0 8.8.8.255"},
	{"{'cidr0_cidrs':[{'v6prefix':'2600:1f00::','length':24}]}", "2600:1f18::1",
	 "2600:1f00:: 2600:1fff:ffff:ffff:ffff:ffff:ffff:ffff"},
	{"{'startAddress':'9.0.0.0','endAddress':'9.255.255.255','name':'IBM'}", "9.1.1.1",
	 "9.0.0.0 9.255.255.255"},
	/* what holds everything names nothing */
	{"{'startAddress':'0.0.0.0','endAddress':'255.255.255.255','name':'IANA-BLK'}", "8.8.8.8",
	 "nobody"},
	{"{'startAddress':'8.0.0.0','endAddress':'9.255.255.255'}", "8.8.8.8", "nobody"},
	{"{'startAddress':'2000::','endAddress':'3fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'}",
	 "2600::1", "nobody"},
	{"{'startAddress':'2a00::/12'}", "2a00::1", "nobody"},
	{"{'startAddress':'193.0.0.0','endAddress':'193.255.255.255','name':'EU-ZZ-193','entities':"
	 "[{'roles':['registrant'],'vcardArray':['vcard',[['fn',{},'text','RIPE NCC']]]}]}",
	 "193.1.1.1", "nobody"},
	{"{'startAddress':'8.8.8.0','endAddress':'8.8.8.255','status':['Unallocated']}", "8.8.8.8",
	 "nobody"},
	{"{'startAddress':'3.0.0.0','endAddress':'3.255.255.255',"
	 "'name':'NON-RIPE-NCC-MANAGED-ADDRESS-BLOCK'}", "3.8.8.8", "nobody"},
	{"{'errorCode':404,'title':'Not Found'}", "8.8.8.8", "nobody"},
	/* what makes no sense */
	{"{}", "8.8.8.8", "without a range"},
	{"{'startAddress':8,'endAddress':null}", "8.8.8.8", "without a range"},
	{"{'startAddress':'8.8.8.0'}", "8.8.8.0", "without a range"},
	{"{'startAddress':'8.8.8.256','endAddress':'8.8.9.0'}", "8.8.8.8", "without a range"},
	{"{'startAddress':'8.8.8.0.1','endAddress':'8.8.9.0'}", "8.8.8.8", "without a range"},
	{"{'startAddress':'8.8.8.0/33'}", "8.8.8.8", "without a range"},
	{"{'startAddress':'8.8.9.0','endAddress':'8.8.8.255'}", "8.8.8.8", "ends before it begins"},
	{"{'startAddress':'8.8.9.0','endAddress':'8.8.9.255'}", "8.8.8.8",
	 "for 8.8.9.0 to 8.8.9.255, which was not asked"},
	{"{'startAddress':'8.8.8.0','endAddress':'2001::'}", "8.8.8.8", "of two kinds"},
	{"{'objectClassName':'entity','handle':'X'}", "8.8.8.8", "no network"},
	{"{'errorCode':500}", "8.8.8.8", "an error"},
	{"[]", "8.8.8.8", "not JSON"},
	{"", "8.8.8.8", "empty"},
	{" \n", "8.8.8.8", "empty"},
	{"  <html>", "8.8.8.8", "web page"},
	{"{'startAddress':'8.8.8.0','endAddr", "8.8.8.8", "cut off"},
	{"nonsense", "8.8.8.8", "not JSON"},
	/* too often */
	{"{'errorCode':429}", "8.8.8.8", "slower"},
	{"{'notices':[{'title':'Rate Limit Notice','description':['x']}]}", "8.8.8.8", "slower"},
	{"{'notices':[5,{'title':7},{'title':'RATE LIMIT exceeded'}]}", "8.8.8.8", "slower"},
	{"{'objectClassName':'error','notices':[{'title':'Rate limit'}]}", "8.8.8.8", "slower"},
	{"{'startAddress':'8.8.8.0','endAddress':'8.8.8.255','name':'GOGL',"
	 "'notices':[{'title':'Rate Limit Notice'}]}", "8.8.8.8", "8.8.8.0 8.8.8.255"},
	{"{'startAddress':'8.8.8.0','endAddress':'8.8.8.255',"
	 "'notices':[{'title':'Rate Limit Notice'}]}", "8.8.8.8", "slower"},
};

static void
test_ranges(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_answer(cases[i].json, cases[i].asked, cases[i].expected);
}

static void
assert_owner(const char *more, const char *owner)
{
	char json[4096];
	struct arena arena = {.newest = NULL};
	snprintf(json, sizeof json, "{'startAddress':'8.8.8.0','endAddress':'8.8.8.255',"
	         "'name':'NET','handle':'H'%s}", more);
	struct registry_rdap_answer answer = read_answer(json, "8.8.8.8", &arena);
	assert_string_equal(answer.range.owner, owner);
	arena_free(&arena);
}

#define ENTITY(roles, handle, card)                                                                \
	"{'roles':" roles ",'handle':'" handle "','vcardArray':" card "}"
#define CARD(fn, more) "['vcard',[['version',{},'text','4.0'],['fn',{},'text','" fn "']" more "]]"
#define KIND(kind) ",['kind',{},'text','" kind "']"

static void
test_owners(void **state)
{
	(void)state;
	assert_owner("", "NET");
	assert_owner(",'entities':[]", "NET");
	assert_owner(",'entities':{'a':1}", "NET");
	assert_owner(",'entities':[5,null,{},{'roles':7},{'roles':['registrant'],'vcardArray':'x'}]",
	             "NET");
	assert_owner(",'entities':[" ENTITY("['abuse']", "A", CARD("Abuse", "")) "]", "NET");
	assert_owner(",'entities':[" ENTITY("['registrant']", "GOGL", CARD("Google LLC", KIND("org")))
	             "]", "Google LLC");
	assert_owner(",'entities':[" ENTITY("'Registrant'", "GOGL", CARD("  Google LLC ", "")) "]",
	             "Google LLC");
	/* RIPE: a maintainer before the organization */
	assert_owner(",'entities':["
	             ENTITY("['registrant']", "GH-MNT", CARD("GH-MNT", KIND("individual"))) ","
	             ENTITY("['registrant']", "ORG-GH1", CARD("GitHub, Inc.", KIND("org"))) "]",
	             "GitHub, Inc.");
	assert_owner(",'entities':["
	             ENTITY("['registrant']", "MNT-X", CARD("MNT-X", KIND("individual"))) "]", "NET");
	/* a person for an organization; a person alone; an organization whose name is its handle */
	assert_owner(",'entities':[" ENTITY("['registrant']", "P1",
	             CARD("Pat Person", ",['org',{},'text',['Example Ltd.','Unit']]")) "]",
	             "Example Ltd.");
	assert_owner(",'entities':[" ENTITY("['registrant']", "P1", CARD("Pat Person", "")) "]",
	             "Pat Person");
	assert_owner(",'entities':[" ENTITY("['registrant']", "P1", CARD("P1", "")) "]", "NET");
	/* inside of another entity */
	assert_owner(",'entities':[{'roles':['sponsor'],'entities':["
	             ENTITY("['registrant']", "A", CARD("Inner Ltd.", "")) "]}]", "Inner Ltd.");
	assert_owner(",'entities':[" ENTITY("['registrant']", "A", "['vcard',[[],['fn'],['fn',{},"
	             "'text'],['fn',{},'text',''],['fn',{},'text',['','x']]]]") "]", "NET");
}

static void
test_texts(void **state)
{
	(void)state;
	struct arena arena = {.newest = NULL};
	struct registry_rdap_answer answer = read_answer(
		"{'startAddress':'8.8.8.0','endAddress':'8.8.8.255','name':' A\\u0007<b> ','country':'US',"
		"'type':5,'status':['active',7,'validated'],'parentHandle':'P','port43':'whois.lacnic.net',"
		"'remarks':[{'description':['one','two']},3,{'description':'three'}]}", "8.8.8.8", &arena);
	assert_string_equal(answer.range.name, "A\a<b>");
	assert_string_equal(answer.range.country, "US");
	assert_string_equal(answer.range.status, "active, validated");
	assert_string_equal(answer.range.remarks, "one\ntwo\nthree");
	assert_string_equal(answer.range.registry, "lacnic");
	assert_null(answer.range.type);
	assert_null(answer.range.handle);
	arena_free(&arena);
}

static void
test_addresses(void **state)
{
	(void)state;
	struct ip ip;
	unsigned bits;
	assert_true(registry_rdap_address("041.000.000.000/8", &ip, &bits));
	assert_int_equal(ip_compare(ip, ip_of("41.0.0.0")), 0);
	assert_int_equal(bits, 104);
	assert_true(registry_rdap_address("2001:DB8::/32", &ip, &bits));
	assert_int_equal(bits, 32);
	assert_false(registry_rdap_address("", &ip, &bits));
	assert_false(registry_rdap_address("1.2.3", &ip, &bits));
	assert_false(registry_rdap_address("1.2.3.4 5", &ip, &bits));
	assert_false(registry_rdap_address("0001.2.3.4", &ip, &bits));
	assert_false(registry_rdap_address("1.2.3.4/", &ip, &bits));
	assert_false(registry_rdap_address("::/129", &ip, &bits));
}

static void
test_registry_of_url(void **state)
{
	(void)state;
	assert_string_equal(registry_of_url("https://rdap.db.ripe.net/ip/1.1.1.1"), "ripe");
	assert_string_equal(registry_of_url("https://rdap.lacnic.net/rdap/"), "lacnic");
	assert_string_equal(registry_of_url("https://RDAP.AfriNIC.net/"), "afrinic");
	assert_string_equal(registry_of_url("http://127.0.0.1:8080/apnic/"), "apnic");
	assert_string_equal(registry_of_url("https://rdap-mirror.arin/"), "arin");
	assert_null(registry_of_url("https://rdap.marina.example/"));
	assert_null(registry_of_url("https://rdap.registro.br/"));
	assert_null(registry_of_url("arin"));
}

static void
test_utf8(void **state)
{
	(void)state;
	assert_true(utf8_ok("Núcleo \xf0\x9f\x98\x80"));
	assert_false(utf8_ok("N\xfa" "cleo"));
	assert_false(utf8_ok("\xc3"));
	assert_false(utf8_ok("\xed\xa0\x80"));
	assert_false(utf8_ok("\xc0\xaf"));
	assert_int_equal(utf8_cut("aú", 2), 1);
	assert_int_equal(utf8_cut("aú", 3), 3);
	assert_int_equal(utf8_cut("", 3), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ranges), cmocka_unit_test(test_owners),
		cmocka_unit_test(test_texts), cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_registry_of_url), cmocka_unit_test(test_utf8),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
