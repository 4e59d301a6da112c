/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The TPMs of a machine, as query-tpm lists them. */
#ifndef QEMU_BMC_MACHINE_MACHINE_TPM_H
#define QEMU_BMC_MACHINE_MACHINE_TPM_H

#include <glib.h>
#include <json-glib/json-glib.h>
#include <stdbool.h>

/* QEMU's machines take one each. */
#define MACHINE_TPMS_MAX 8
/* QEMU's ids, with the zero behind them. */
#define MACHINE_TPM_ID_MAX 64

/**
 * MachineTpm: a TPM.
 *
 * @id: id of the TPM's back end: letters, digits, '-', '.' and '_'
 * @model: QEMU's device: "tpm-crb", "tpm-tis", ...
 */
typedef struct MachineTpm {
    char id[MACHINE_TPM_ID_MAX];
    char model[MACHINE_TPM_ID_MAX];
} MachineTpm;

/**
 * machine_tpms_parse: read the answer to query-tpm.
 *
 * @reply: the answer
 *
 * Returns: (transfer full): array of MachineTpm that frees its elements; what
 * is malformed is left out. NULL if it is not an array
 */
GPtrArray *machine_tpms_parse(JsonNode *reply);

/**
 * machine_tpms_equal: compare two lists.
 *
 * @a: (nullable): one
 * @b: (nullable): the other
 *
 * Returns: true if they are the same
 */
bool machine_tpms_equal(const GPtrArray *a, const GPtrArray *b);

/**
 * machine_tpm_is_2_0: whether a TPM is known to be a TPM 2.0. QEMU does not
 * tell; but the interface of tpm-crb exists for that version only, while
 * others can have a TPM 1.2 behind them.
 *
 * @tpm: the TPM
 *
 * Returns: true if it is; false when it is not known
 */
bool machine_tpm_is_2_0(const MachineTpm *tpm);

#endif /* QEMU_BMC_MACHINE_MACHINE_TPM_H */
