/* SPDX-License-Identifier: Apache-2.0
 *
 * See md5.h.
 */
#include "fetch/md5.h"

#include <openssl/evp.h>
#include <string.h>

enum { MD5_LEN = 16 };

/* struct fetch_md5 is OpenSSL's, under a name of ours. */
static EVP_MD_CTX *
of(struct fetch_md5 *md5)
{
	return (EVP_MD_CTX *)(void *)md5;
}

struct fetch_md5 *
fetch_md5_create(void)
{
	EVP_MD_CTX *made = EVP_MD_CTX_new();
	if (made != NULL && EVP_DigestInit_ex(made, EVP_md5(), NULL) != 1) {
		EVP_MD_CTX_free(made);
		made = NULL;
	}
	return (struct fetch_md5 *)(void *)made;
}

void
fetch_md5_free(struct fetch_md5 *md5)
{
	EVP_MD_CTX_free(of(md5));
}

bool
fetch_md5_add(struct fetch_md5 *md5, const void *bytes, size_t len)
{
	return EVP_DigestUpdate(of(md5), bytes, len) == 1;
}

bool
fetch_md5_end(struct fetch_md5 *md5, const char *etag, bool *is)
{
	static const char hex[] = "0123456789abcdef";
	unsigned char hash[MD5_LEN];
	if (EVP_DigestFinal_ex(of(md5), hash, NULL) != 1)
		return false;
	*is = strlen(etag) == 2 + 2 * sizeof hash;
	for (size_t i = 0; *is && i < sizeof hash; i++)
		*is = etag[1 + 2 * i] == hex[hash[i] >> 4] && etag[2 + 2 * i] == hex[hash[i] & 15];
	return true;
}
