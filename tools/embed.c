/* SPDX-License-Identifier: Apache-2.0
 *
 * embed NAME FILE > out.c: the file's bytes as `const char NAME[]` (NUL-terminated) and
 * `const size_t NAME_len`. Runs at build time; how sql/ and data/ get into the program.
 */
#include <stdio.h>

int
main(int argc, char **argv)
{
	if (argc != 3) {
		fprintf(stderr, "usage: embed NAME FILE\n");
		return 2;
	}
	FILE *in = fopen(argv[2], "rb");
	if (in == NULL) {
		perror(argv[2]);
		return 1;
	}
	printf("#include <stddef.h>\nextern const char %s[];\nextern const size_t %s_len;\n", argv[1],
	       argv[1]);
	printf("const char %s[] = {", argv[1]);
	size_t len = 0;
	for (int c; (c = getc(in)) != EOF; len++)
		printf("%s%d,", len % 24 == 0 ? "\n" : "", c < 128 ? c : c - 256);
	printf("0};\nconst size_t %s_len = %zu;\n", argv[1], len);
	int failed = ferror(in) | fclose(in) | ferror(stdout);
	return failed ? 1 : 0;
}
