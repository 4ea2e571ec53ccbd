/* SPDX-License-Identifier: Apache-2.0
 *
 * libcurl, loaded when something is first asked of the network: it brings some thirty libraries
 * with it, which would cost every start of the program several milliseconds. Within net only.
 */
#ifndef NET_CURL_LIBRARY_H
#define NET_CURL_LIBRARY_H

#include "base/err.h"

#include <curl/curl.h>

/* What we call of it. */
#define CURL_LIBRARY_FUNCTIONS(FUNCTION)                                                           \
	FUNCTION(global_init)                                                                          \
	FUNCTION(global_cleanup)                                                                       \
	FUNCTION(easy_init)                                                                            \
	FUNCTION(easy_cleanup)                                                                         \
	FUNCTION(easy_reset)                                                                           \
	FUNCTION(easy_setopt)                                                                          \
	FUNCTION(easy_strerror)                                                                        \
	FUNCTION(multi_init)                                                                           \
	FUNCTION(multi_cleanup)                                                                        \
	FUNCTION(multi_add_handle)                                                                     \
	FUNCTION(multi_remove_handle)                                                                  \
	FUNCTION(multi_perform)                                                                        \
	FUNCTION(multi_poll)                                                                           \
	FUNCTION(multi_info_read)                                                                      \
	FUNCTION(slist_append)                                                                         \
	FUNCTION(slist_free_all)                                                                       \
	FUNCTION(url)                                                                                  \
	FUNCTION(url_set)                                                                              \
	FUNCTION(url_get)                                                                              \
	FUNCTION(url_cleanup)                                                                          \
	FUNCTION(free)                                                                                 \
	FUNCTION(getdate)

struct curl_library {
	void *handle;
#define CURL_LIBRARY_MEMBER(name) __typeof__(&curl_##name) name;
	CURL_LIBRARY_FUNCTIONS(CURL_LIBRARY_MEMBER)
#undef CURL_LIBRARY_MEMBER
};

/* Any thread. The library stays with the process; to load it again costs next to nothing. */
FLOWTOLL_MUST_USE enum flowtoll_rc curl_library_load(struct curl_library *library,
                                                     struct flowtoll_err *err);

#endif
