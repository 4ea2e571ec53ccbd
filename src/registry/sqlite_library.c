/* SPDX-License-Identifier: Apache-2.0
 *
 * See sqlite_library.h.
 */
#include "registry/sqlite_library.h"

#include "base/library.h"

#include <dlfcn.h>

enum flowtoll_rc
sqlite_library_load(struct sqlite_library *library, struct flowtoll_err *err)
{
	bool ok = true;
	library->handle = dlopen("libsqlite3.so.0", RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
	if (library->handle == NULL) {
		err_set(err, FLOWTOLL_ERR_INPUT, "SQLite cannot be loaded: %.300s", dlerror());
		err_hint(err, "install it: libsqlite3-0 (Debian, Ubuntu), sqlite-libs (Fedora, Amazon "
		              "Linux)");
		return err->code;
	}
#define SQLITE_LIBRARY_FIND(name)                                                                  \
	ok &= library_find(library->handle, "sqlite3_" #name, &library->name);
	SQLITE_LIBRARY_FUNCTIONS(SQLITE_LIBRARY_FIND)
#undef SQLITE_LIBRARY_FIND
	return ok ? FLOWTOLL_OK : ERR(err, FLOWTOLL_ERR_INPUT, "this SQLite is not whole");
}
