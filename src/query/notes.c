/* SPDX-License-Identifier: Apache-2.0
 *
 * See notes.h.
 */
#include "query/notes.h"

#include "query/condition.h"

#include <assert.h>
#include <string.h>
#include <strings.h>

#define LOG_FORMAT                                                                                 \
	"'${version} ${account-id} ${interface-id} ${srcaddr} ${dstaddr} ${srcport} ${dstport} "       \
	"${protocol} ${packets} ${bytes} ${start} ${end} ${action} ${log-status} ${pkt-srcaddr} "      \
	"${pkt-dstaddr} ${flow-direction} ${instance-id} ${az-id} "                                    \
	"${resource-id} ${interface-type}'"

static enum flowtoll_rc
note_twice(const struct flow_logs_twice *twice, struct answer *answer, struct flowtoll_err *err)
{
	if (twice->interface == NULL)
		return answer_note(answer, err,
		                   "the flow logs %s and %s are of the same time, and the records of %s "
		                   "tell no interface: if both log the same, it counts twice; choose with "
		                   "--flow-log %s (and again for each to keep)",
		                   twice->first, twice->second, twice->second, twice->first);
	return answer_note(answer, err,
	                   "the flow logs %s and %s both log %s, and perhaps more: what is in both "
	                   "counts twice; choose with --flow-log %s (and again for each to keep)",
	                   twice->first, twice->second, twice->interface, twice->first);
}

enum flowtoll_rc
notes_flow_logs(struct engine *engine, bool adds_up, struct answer *answer,
                struct flowtoll_err *err)
{
	const struct flow_logs *logs;
	TRY(engine_compare_flow_logs(engine, &logs, err));
	for (size_t i = 0; adds_up && i < logs->twice_count; i++)
		TRY(note_twice(&logs->twice[i], answer, err));
	if (logs->nameless == 0)
		return FLOWTOLL_OK;
	return answer_note(answer, err, "%zu file%s left out: --flow-log was given, and %s tell%s none",
	                   logs->nameless, logs->nameless == 1 ? " is" : "s are",
	                   logs->nameless == 1 ? "its name" : "their names",
	                   logs->nameless == 1 ? "s" : "");
}

enum flowtoll_rc
notes_missing_sum(const struct engine *engine, enum flow_id field, struct answer *answer,
                  struct flowtoll_err *err)
{
	size_t without = engine_files_without(engine, field);
	if (without == 0)
		return FLOWTOLL_OK;
	return answer_note(answer, err,
	                   "%zu of %zu files %s not have the field %s: their records add nothing to "
	                   "its sums",
	                   without, engine_inputs(engine)->count, without == 1 ? "does" : "do",
	                   flow_fields[field].name);
}

enum flowtoll_rc
notes_missing_fields(const struct engine *engine, const char *text, struct answer *answer,
                     struct flowtoll_err *err)
{
	for (int i = 0; text != NULL && i < FLOW_FIELD_COUNT; i++) {
		const struct flow_field *field = &flow_fields[i];
		enum flow_id id = (enum flow_id)i;
		if (!engine_asked(engine, id) || !condition_names(text, field->column))
			continue;
		if (!engine_has_field(engine, id))
			TRY(answer_note(answer, err,
			                "none of these logs has the field %s: it is NULL throughout",
			                field->name));
		else if (field->unit[0] != '\0')
			TRY(notes_missing_sum(engine, id, answer, err));
	}
	return FLOWTOLL_OK;
}

enum flowtoll_rc
notes_missing_tag(const struct engine *engine, const char *tag, struct answer *answer,
                  struct flowtoll_err *err)
{
	const struct who_network *network = who_network(engine_who(engine));
	const char *near = NULL;
	for (size_t i = 0; i < network->tag_count; i++) {
		if (strcmp(network->tags[i].key, tag) == 0)
			return FLOWTOLL_OK;
		if (near == NULL && strcasecmp(network->tags[i].key, tag) == 0)
			near = network->tags[i].key;
	}
	if (near != NULL)
		return answer_note(answer, err,
		                   "nothing in the inventory has a tag '%s'; it is spelled '%s' there",
		                   tag, near);
	return answer_note(answer, err, "nothing in the inventory has a tag '%s'%s", tag,
	                   (network->known & WHO_KNOWS_TAGS) == 0
	                       ? "; it lacks those of instances, which aws ec2 describe-tags prints"
	                       : "");
}

enum flowtoll_rc
notes_better_flow_log(const char *vpc_id, struct answer *answer, struct flowtoll_err *err)
{
	return answer_note(answer, err,
	                   "a flow log that tells all: aws ec2 create-flow-logs --resource-type VPC "
	                   "--resource-ids %s --traffic-type ALL --log-destination-type s3 "
	                   "--log-destination arn:aws:s3:::BUCKET --max-aggregation-interval 60 "
	                   "--log-format " LOG_FORMAT,
	                   vpc_id != NULL ? vpc_id : "VPC");
}
