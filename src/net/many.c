/* SPDX-License-Identifier: Apache-2.0
 *
 * See many.h.
 */
#include "net/many.h"

#include "base/mem.h"
#include "net/transfer.h"

#include <assert.h>
#include <string.h>

struct slot {
	struct net *net;
	struct net_transfer transfer;
	bool running; /* its handle is with `multi` */
	bool failed;  /* it could not begin: `done` says why */
	struct net_done done;
};

struct net_many {
	struct curl_library lib;
	CURLM *multi; /* keeps the connections of all */
	struct slot *slots;
	size_t at_once;
	size_t free_count;
};

enum flowtoll_rc
net_many_create(const struct net_settings *settings, size_t at_once, struct net_many **many,
                struct flowtoll_err *err)
{
	assert(at_once > 0);
	*many = NULL;
	struct net_many *made = mem_zalloc(1, sizeof *made);
	if (made == NULL)
		return err_memory(err, "preparing connections");
	struct net_settings own = {.ca_bundle = settings->ca_bundle};
	enum flowtoll_rc rc = curl_library_load(&made->lib, err);
	made->slots = mem_zalloc(at_once, sizeof *made->slots);
	if (rc == FLOWTOLL_OK && made->slots == NULL)
		rc = err_memory(err, "preparing connections");
	while (rc == FLOWTOLL_OK && made->at_once < at_once) {
		rc = net_create(&own, &made->slots[made->at_once].net, err);
		made->at_once += rc == FLOWTOLL_OK;
	}
	made->free_count = made->at_once;
	if (rc == FLOWTOLL_OK && (made->multi = made->lib.multi_init()) == NULL)
		rc = err_memory(err, "preparing connections");
	if (rc != FLOWTOLL_OK) {
		net_many_free(made);
		return rc;
	}
	*many = made;
	return FLOWTOLL_OK;
}

void
net_many_free(struct net_many *many)
{
	if (many == NULL)
		return;
	for (size_t i = 0; i < many->at_once; i++) {
		struct slot *slot = &many->slots[i];
		if (slot->running) {
			many->lib.multi_remove_handle(many->multi, slot->net->curl);
			net_transfer_drop(&slot->transfer);
		}
		if (slot->running || slot->failed)
			net_answer_free(&slot->done.answer);
	}
	if (many->multi != NULL)
		many->lib.multi_cleanup(many->multi);
	for (size_t i = 0; i < many->at_once; i++)
		net_free(many->slots[i].net);
	mem_free(many->slots);
	mem_free(many);
}

size_t
net_many_room(const struct net_many *many)
{
	return many->free_count;
}

void
net_many_start(struct net_many *many, const struct net_request *request)
{
	struct slot *slot = many->slots;
	assert(many->free_count > 0);
	while (slot->running || slot->failed)
		slot++;
	many->free_count--;
	slot->done = (struct net_done){.request = request};
	slot->transfer = (struct net_transfer){
		.net = slot->net,
		.request = request,
		.answer = &slot->done.answer,
	};
	slot->done.rc = net_transfer_begin(&slot->transfer, &slot->done.err);
	slot->failed = slot->done.rc != FLOWTOLL_OK;
	if (slot->failed)
		return;
	if (many->lib.multi_add_handle(many->multi, slot->net->curl) == CURLM_OK) {
		slot->running = true;
		return;
	}
	net_transfer_drop(&slot->transfer);
	slot->done.rc = err_memory(&slot->done.err, "asking a server");
	slot->failed = true;
}

/* Hands over one that could not begin. */
static bool
take_failed(struct net_many *many, struct net_done *done)
{
	for (size_t i = 0; i < many->at_once; i++) {
		struct slot *slot = &many->slots[i];
		if (!slot->failed)
			continue;
		*done = slot->done;
		slot->failed = false;
		many->free_count++;
		return true;
	}
	return false;
}

/* Hands over one that has ended. */
static bool
take_ended(struct net_many *many, struct net_done *done)
{
	int left;
	const CURLMsg *message;
	while ((message = many->lib.multi_info_read(many->multi, &left)) != NULL) {
		CURL *curl = message->easy_handle;
		CURLcode code = message->data.result; /* gone with the handle */
		struct slot *slot = many->slots;
		if (message->msg != CURLMSG_DONE)
			continue;
		while (slot->net->curl != curl)
			slot++;
		many->lib.multi_remove_handle(many->multi, curl);
		slot->done.rc = net_transfer_end(&slot->transfer, code, &slot->done.err);
		*done = slot->done;
		slot->running = false;
		many->free_count++;
		return true;
	}
	return false;
}

bool
net_many_next(struct net_many *many, unsigned wait_ms, struct net_done *done)
{
	int running;
	if (take_failed(many, done) || take_ended(many, done))
		return true;
	many->lib.multi_perform(many->multi, &running);
	if (take_ended(many, done))
		return true;
	many->lib.multi_poll(many->multi, NULL, 0, (int)wait_ms, NULL);
	many->lib.multi_perform(many->multi, &running);
	return take_ended(many, done);
}
