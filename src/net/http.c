/* SPDX-License-Identifier: Apache-2.0
 *
 * See http.h.
 */
#include "net/http.h"

#include "base/mem.h"
#include "net/transfer.h"

#include <assert.h>
#include <string.h>
#include <time.h>

enum {
	CONNECT_MS = 10000,
	STALL_S = 30,       /* so long with less than STALL_BYTES_PER_S counts as cut off */
	STALL_BYTES_PER_S = 1,
	RECEIVE_BYTES = 512 * 1024,
	LOOK_MS = 50 /* how often `stop` is asked where nothing comes in */
};

enum flowtoll_rc
net_create(const struct net_settings *settings, struct net **net, struct flowtoll_err *err)
{
	*net = NULL;
	struct net *made = mem_zalloc(1, sizeof *made);
	if (made == NULL)
		return err_memory(err, "preparing a connection");
	enum flowtoll_rc rc = curl_library_load(&made->lib, err);
	if (rc == FLOWTOLL_OK && /* counts; safe between threads */
	    made->lib.global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		rc = ERR(err, FLOWTOLL_ERR_INTERNAL, "libcurl does not start");
	if (rc != FLOWTOLL_OK) {
		mem_free(made);
		return rc;
	}
	made->stop = settings->stop;
	made->stop_ctx = settings->stop_ctx;
	made->curl = made->lib.easy_init();
	if (settings->ca_bundle != NULL)
		made->ca_bundle = mem_dup(settings->ca_bundle, strlen(settings->ca_bundle));
	if (made->curl == NULL || (settings->ca_bundle != NULL && made->ca_bundle == NULL)) {
		net_free(made);
		return err_memory(err, "preparing a connection");
	}
	*net = made;
	return FLOWTOLL_OK;
}

void
net_free(struct net *net)
{
	if (net == NULL)
		return;
	if (net->multi != NULL)
		net->lib.multi_cleanup(net->multi);
	if (net->curl != NULL)
		net->lib.easy_cleanup(net->curl);
	net->lib.global_cleanup();
	mem_free(net->ca_bundle);
	mem_free(net);
}

void
net_answer_free(struct net_answer *answer)
{
	net_headers_free(&answer->headers);
}

bool
net_answer_date(const struct net_answer *answer, int64_t *at_s)
{
	*at_s = answer->date_s;
	return answer->date_s > 0;
}

bool
net_piece_to_buf(void *ctx, const char *bytes, size_t len)
{
	struct buf *buf = ctx;
	buf_add(buf, bytes, len);
	return !buf->failed;
}

/* Scheme and host of a URL, as libcurl itself reads them. */
struct place {
	char scheme[16];
	char host[256];
};

/* A part of the URL; false where there is none, or it is longer than any. */
static bool
get_part(const struct curl_library *lib, CURLU *url, CURLUPart part, char *out, size_t size)
{
	char *text = NULL;
	bool ok = lib->url_get(url, part, &text, 0) == CURLUE_OK && strlen(text) < size;
	if (ok)
		memcpy(out, text, strlen(text) + 1);
	lib->free(text);
	return ok;
}

static bool
split(const struct curl_library *lib, const char *url, struct place *place)
{
	CURLU *parts = lib->url();
	*place = (struct place){.host = ""};
	bool ok = parts != NULL &&
		lib->url_set(parts, CURLUPART_URL, url, CURLU_PATH_AS_IS) == CURLUE_OK &&
		get_part(lib, parts, CURLUPART_SCHEME, place->scheme, sizeof place->scheme) &&
		get_part(lib, parts, CURLUPART_HOST, place->host, sizeof place->host);
	lib->url_cleanup(parts);
	return ok;
}

/* 127.0.0.1 and its neighbours; a name such as 127.evil.example is none. */
static bool
is_loopback(const char *host)
{
	return strcmp(host, "localhost") == 0 || strcmp(host, "[::1]") == 0 ||
		(strncmp(host, "127.", 4) == 0 && strspn(host, "0123456789.") == strlen(host));
}

bool
net_is_loopback(const char *url)
{
	struct curl_library lib;
	struct flowtoll_err err;
	struct place place;
	return curl_library_load(&lib, &err) == FLOWTOLL_OK && split(&lib, url, &place) &&
	       is_loopback(place.host);
}

bool
net_join(const char *url, const char *other, char *joined, size_t size)
{
	struct curl_library lib;
	struct flowtoll_err err;
	if (curl_library_load(&lib, &err) != FLOWTOLL_OK)
		return false;
	CURLU *parts = lib.url();
	bool ok = parts != NULL && lib.url_set(parts, CURLUPART_URL, url, 0) == CURLUE_OK &&
		lib.url_set(parts, CURLUPART_URL, other, 0) == CURLUE_OK &&
		get_part(&lib, parts, CURLUPART_URL, joined, size);
	lib.url_cleanup(parts);
	return ok;
}

int64_t
net_date(const char *text)
{
	struct curl_library lib;
	struct flowtoll_err err;
	return curl_library_load(&lib, &err) == FLOWTOLL_OK ? (int64_t)lib.getdate(text, NULL) : -1;
}

static enum flowtoll_rc
check_url(const struct net *net, const struct net_request *request, struct flowtoll_err *err)
{
	struct place place;
	if (!split(&net->lib, request->url, &place))
		return ERR(err, FLOWTOLL_ERR_USAGE, "%.200s is no URL", request->url);
	bool is_plain = strcmp(place.scheme, "http") == 0;
	if (strcmp(place.scheme, "https") != 0 && !is_plain)
		return ERR(err, FLOWTOLL_ERR_USAGE, "%s is neither https nor http", place.scheme);
	if (!is_plain || request->plain_ok || is_loopback(place.host))
		return FLOWTOLL_OK;
	err_set(err, FLOWTOLL_ERR_REMOTE, "%s would be asked without encryption", place.host);
	err_hint(err, "write its URL with https://");
	return err->code;
}

static size_t
on_header(char *line, size_t size, size_t count, void *ctx)
{
	struct net_transfer *transfer = ctx;
	size_t len = size * count;
	return net_headers_add(&transfer->answer->headers, line, len) ? len : 0;
}

static bool
head_once(struct net_transfer *transfer)
{
	if (transfer->headed)
		return true;
	transfer->headed = true;
	transfer->answer->status = transfer->answer->headers.status;
	return transfer->request->head == NULL ||
		transfer->request->head(transfer->request->ctx, transfer->answer);
}

static size_t
on_piece(char *bytes, size_t size, size_t count, void *ctx)
{
	struct net_transfer *transfer = ctx;
	size_t len = size * count;
	if (head_once(transfer) && transfer->request->piece(transfer->request->ctx, bytes, len))
		return len;
	transfer->refused = true;
	return len > 0 ? 0 : 1;
}

static bool
must_stop(struct net_transfer *transfer)
{
	const struct net *net = transfer->net;
	transfer->stopped |= net->stop != NULL && net->stop(net->stop_ctx);
	return transfer->stopped;
}

static int
on_progress(void *ctx, curl_off_t all_down, curl_off_t down, curl_off_t all_up, curl_off_t up)
{
	struct net_transfer *transfer = ctx;
	(void)all_down, (void)down, (void)all_up, (void)up;
	return must_stop(transfer);
}

static void
set_up(struct net *net, struct net_transfer *transfer)
{
	const struct net_request *request = transfer->request;
	const struct curl_library *lib = &net->lib;
	CURL *curl = net->curl;
	lib->easy_reset(curl); /* connections stay */
	lib->easy_setopt(curl, CURLOPT_ERRORBUFFER, net->error);
	lib->easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	lib->easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
	lib->easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
	lib->easy_setopt(curl, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	lib->easy_setopt(curl, CURLOPT_PATH_AS_IS, 1L);
	lib->easy_setopt(curl, CURLOPT_TCP_KEEPALIVE, 1L);
	lib->easy_setopt(curl, CURLOPT_BUFFERSIZE, (long)RECEIVE_BYTES);
	lib->easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS,
	                 (long)(request->connect_ms > 0 ? request->connect_ms : CONNECT_MS));
	lib->easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)request->total_ms);
	lib->easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, (long)STALL_BYTES_PER_S);
	lib->easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, (long)STALL_S);
	if (net->ca_bundle != NULL)
		lib->easy_setopt(curl, CURLOPT_CAINFO, net->ca_bundle);
	if (request->direct)
		lib->easy_setopt(curl, CURLOPT_PROXY, "");
	lib->easy_setopt(curl, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
	lib->easy_setopt(curl, CURLOPT_HEADERFUNCTION, on_header);
	lib->easy_setopt(curl, CURLOPT_HEADERDATA, transfer);
	lib->easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_piece);
	lib->easy_setopt(curl, CURLOPT_WRITEDATA, transfer);
	lib->easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
	lib->easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, on_progress);
	lib->easy_setopt(curl, CURLOPT_XFERINFODATA, transfer);
	lib->easy_setopt(curl, CURLOPT_URL, request->url);
	if (request->body != NULL) {
		lib->easy_setopt(curl, CURLOPT_POSTFIELDS, request->body);
		lib->easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body_len);
	}
	lib->easy_setopt(curl, CURLOPT_CUSTOMREQUEST, request->method);
#if LIBCURL_VERSION_NUM >= 0x075700
	/* no waiting for a look-up of a host name that is no longer wanted */
	lib->easy_setopt(curl, CURLOPT_QUICK_EXIT, 1L);
#endif
}

/* The list for libcurl; false: out of memory. */
static bool
make_list(const struct net *net, const struct net_request *request, struct curl_slist **list)
{
	static const char *const unsent[] = {"Accept:", "Expect:"};
	*list = NULL;
	for (size_t i = 0; i < request->header_count + 2; i++) {
		const char *header = i < 2 ? unsent[i] : request->headers[i - 2];
		struct curl_slist *longer = net->lib.slist_append(*list, header);
		if (longer == NULL)
			return false;
		*list = longer;
	}
	return true;
}

static enum net_fault
fault_of(CURLcode code, const struct net_transfer *transfer)
{
	if (transfer->stopped)
		return NET_FAULT_STOPPED;
	if (transfer->refused)
		return NET_FAULT_CALLER;
	switch (code) {
	case CURLE_COULDNT_RESOLVE_HOST:
	case CURLE_COULDNT_RESOLVE_PROXY:
	case CURLE_COULDNT_CONNECT:
		return NET_FAULT_CONNECT;
	case CURLE_OPERATION_TIMEDOUT:
		return NET_FAULT_TIMEOUT;
	case CURLE_PARTIAL_FILE:
	case CURLE_GOT_NOTHING:
	case CURLE_SEND_ERROR:
	case CURLE_RECV_ERROR:
		return NET_FAULT_CUT;
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CACERT_BADFILE:
		return NET_FAULT_TLS;
	default:
		return NET_FAULT_OTHER;
	}
}

static enum flowtoll_rc
explain(const struct net *net, const struct net_transfer *transfer, CURLcode code,
        struct flowtoll_err *err)
{
	struct place place;
	const char *what = net->error[0] != '\0' ? net->error : net->lib.easy_strerror(code);
	if (transfer->stopped)
		return ERR(err, FLOWTOLL_ERR_INTERRUPTED, "interrupted");
	const char *host = split(&net->lib, transfer->request->url, &place) ? place.host : "it";
	if (transfer->answer->headers.too_large)
		err_set(err, FLOWTOLL_ERR_REMOTE, "%s answers with more headers than are read",
		        host);
	else if (code == CURLE_OUT_OF_MEMORY)
		err_memory(err, "asking a server");
	else
		err_set(err, FLOWTOLL_ERR_REMOTE, "no answer from %s: %s", host,
		        transfer->refused ? "it is more than is read" : what);
	if (transfer->answer->fault == NET_FAULT_TLS)
		err_hint(err, "AWS_CA_BUNDLE names a file of certificates to trust, as behind a proxy that "
		              "opens TLS");
	else if (transfer->answer->fault == NET_FAULT_CONNECT)
		err_hint(err, "is the network there, the Region right? HTTPS_PROXY names a proxy");
	return err->code;
}

enum flowtoll_rc
net_transfer_begin(struct net_transfer *transfer, struct flowtoll_err *err)
{
	struct net *net = transfer->net;
	const struct net_request *request = transfer->request;
	assert(request->method != NULL && request->url != NULL && request->piece != NULL);
	*transfer->answer = (struct net_answer){.fault = NET_FAULT_OTHER};
	net_headers_init(&transfer->answer->headers);
	TRY(check_url(net, request, err));
	net->error[0] = '\0';
	if (!make_list(net, request, &transfer->list)) {
		net_transfer_drop(transfer);
		return err_memory(err, "asking a server");
	}
	set_up(net, transfer);
	net->lib.easy_setopt(net->curl, CURLOPT_HTTPHEADER, transfer->list);
	return FLOWTOLL_OK;
}

void
net_transfer_drop(struct net_transfer *transfer)
{
	struct net *net = transfer->net;
	net->lib.easy_setopt(net->curl, CURLOPT_HTTPHEADER, NULL);
	net->lib.slist_free_all(transfer->list);
	transfer->list = NULL;
}

enum flowtoll_rc
net_transfer_end(struct net_transfer *transfer, CURLcode code, struct flowtoll_err *err)
{
	struct net *net = transfer->net;
	struct net_answer *answer = transfer->answer;
	net_transfer_drop(transfer);
	if (code == CURLE_OK && !head_once(transfer)) { /* an answer without a body */
		transfer->refused = true;
		code = CURLE_WRITE_ERROR;
	}
	answer->status = answer->headers.status;
	const char *date = net_headers_get(&answer->headers, "date");
	answer->date_s = date != NULL ? (int64_t)net->lib.getdate(date, NULL) : -1;
	answer->fault = code == CURLE_OK ? NET_FAULT_NONE : fault_of(code, transfer);
	return code == CURLE_OK ? FLOWTOLL_OK : explain(net, transfer, code, err);
}

/* To its end, or until `stop`: easy_perform would ask that once a second where nothing comes in. */
static CURLcode
perform(struct net *net, struct net_transfer *transfer)
{
	const struct curl_library *lib = &net->lib;
	const CURLMsg *message = NULL;
	CURLcode code = CURLE_ABORTED_BY_CALLBACK;
	int running = 1, left;
	if (net->multi == NULL)
		net->multi = lib->multi_init();
	if (net->multi == NULL || lib->multi_add_handle(net->multi, net->curl) != CURLM_OK)
		return CURLE_OUT_OF_MEMORY;
	while (running > 0 && !must_stop(transfer)) {
		if (lib->multi_perform(net->multi, &running) != CURLM_OK)
			break;
		if (running > 0)
			lib->multi_poll(net->multi, NULL, 0, LOOK_MS, NULL);
	}
	while (running == 0 && (message = lib->multi_info_read(net->multi, &left)) != NULL)
		if (message->msg == CURLMSG_DONE)
			code = message->data.result;
	lib->multi_remove_handle(net->multi, net->curl);
	return code;
}

enum flowtoll_rc
net_send(struct net *net, const struct net_request *request, struct net_answer *answer,
         struct flowtoll_err *err)
{
	struct net_transfer transfer = {.net = net, .request = request, .answer = answer};
	TRY(net_transfer_begin(&transfer, err));
	return net_transfer_end(&transfer, perform(net, &transfer), err);
}
