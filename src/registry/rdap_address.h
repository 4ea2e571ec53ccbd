/* SPDX-License-Identifier: Apache-2.0
 *
 * Addresses as registries have written them. Pure; any thread.
 */
#ifndef REGISTRY_RDAP_ADDRESS_H
#define REGISTRY_RDAP_ADDRESS_H

#include "ip/ip.h"

/* Besides what ip_parse takes: blanks around, octets with zeros before them ("008.008.008.000"),
 * octets left out at the end before a length ("200.3/16"), and a length ("200.3.0.0/16"), which
 * goes to *bits (of 128; 128 without one). */
bool registry_rdap_address(const char *text, struct ip *ip, unsigned *bits);

#endif
