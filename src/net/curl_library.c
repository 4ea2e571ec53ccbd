/* SPDX-License-Identifier: Apache-2.0
 *
 * See curl_library.h.
 */
#include "net/curl_library.h"

#include "base/library.h"

#include <dlfcn.h>

enum flowtoll_rc
curl_library_load(struct curl_library *library, struct flowtoll_err *err)
{
	bool ok = true;
	library->handle = dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
	if (library->handle == NULL) {
		err_set(err, FLOWTOLL_ERR_REMOTE, "libcurl cannot be loaded: %.300s", dlerror());
		err_hint(err, "install it: libcurl4 (Debian, Ubuntu), libcurl (Fedora, Amazon Linux)");
		return err->code;
	}
#define CURL_LIBRARY_FIND(name) ok &= library_find(library->handle, "curl_" #name, &library->name);
	CURL_LIBRARY_FUNCTIONS(CURL_LIBRARY_FIND)
#undef CURL_LIBRARY_FIND
	return ok ? FLOWTOLL_OK
	          : ERR(err, FLOWTOLL_ERR_REMOTE, "this libcurl is older than 7.85, or not whole");
}
