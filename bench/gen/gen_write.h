/* SPDX-License-Identifier: Apache-2.0
 *
 * The log files of a run, made by several threads; which thread makes which file changes nothing.
 */
#ifndef GEN_WRITE_H
#define GEN_WRITE_H

#include "gen/gen_truth.h"

/* Writes all files into options->out and adds up the truth. `files` has one entry a file. */
bool gen_write_files(const struct gen_options *options, const struct gen_world *world,
                     const struct gen_format *format, struct gen_truth *truth,
                     struct gen_file *files, struct gen_fault *fault);

/* As `aws ec2 describe-network-interfaces` prints it. */
bool gen_write_inventory(const struct gen_world *world, FILE *out);

/* The rows of AWS's ip-ranges.json that the world's remotes lie in, and a few more. */
bool gen_write_ranges(FILE *out);

#endif
