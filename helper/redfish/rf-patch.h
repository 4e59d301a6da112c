/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a request body asks for, checked against a table of properties: all
 * of it is right, or nothing is done and every mistake is named.
 */
#ifndef QEMU_BMC_REDFISH_RF_PATCH_H
#define QEMU_BMC_REDFISH_RF_PATCH_H

#include "redfish/rf-resource.h"

/**
 * rf_patch_parse: check the body of a PATCH. Annotations that a client has
 * read and sends back are ignored.
 *
 * @properties: the resource's properties
 * @ctx: which resource
 * @body: the body; the patch keeps a reference
 * @messages: gets a message for each mistake
 *
 * Returns: (transfer full): the patch, or NULL when there are mistakes
 */
RfPatch *rf_patch_parse(const RfProperty *properties, const RfContext *ctx,
                        JsonObject *body, RfMessages *messages);

/**
 * rf_patch_parse_action: check the parameters of an action.
 *
 * @action: the action
 * @ctx: which resource
 * @body: the body; the patch keeps a reference
 * @messages: gets a message for each mistake
 *
 * Returns: (transfer full): the parameters, or NULL when there are mistakes
 */
RfPatch *rf_patch_parse_action(const RfAction *action, const RfContext *ctx,
                               JsonObject *body, RfMessages *messages);

/**
 * rf_patch_parse_create: check the body of a POST that makes a member of a
 * collection. All values are those of setter NULL.
 *
 * @create: what there may and must be
 * @ctx: the collection
 * @body: the body; the patch keeps a reference
 * @messages: gets a message for each mistake
 *
 * Returns: (transfer full): the properties, or NULL when there are mistakes
 */
RfPatch *rf_patch_parse_create(const RfCreate *create, const RfContext *ctx,
                               JsonObject *body, RfMessages *messages);

/**
 * rf_patch_allowed: whether somebody may write all of it.
 *
 * @patch: the patch
 * @privilege: what is needed for properties that do not say; RfPrivilege
 *             bits, of which one is enough
 * @privileges: what the user has
 *
 * Returns: true if he may
 */
bool rf_patch_allowed(const RfPatch *patch, unsigned privilege,
                      unsigned privileges);

/**
 * rf_patch_describe: name what it is about, for the log: values only where
 * they cannot be secret.
 *
 * @patch: the patch
 *
 * Returns: (transfer full): "Enabled=true, Password"
 */
char *rf_patch_describe(const RfPatch *patch);

/**
 * rf_patch_free: free a patch.
 *
 * @patch: the patch, or NULL
 */
void rf_patch_free(RfPatch *patch);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RfPatch, rf_patch_free)

/**
 * rf_patch_get: look up the new value of a property.
 *
 * @patch: the patch
 * @setter: what writes it; NULL for a parameter of an action and for what
 *          makes a member
 * @name: its name
 *
 * Returns: (transfer none): the value, or NULL when the body does not have
 * the property
 */
const RfValue *rf_patch_get(const RfPatch *patch, const RfSetter *setter,
                            const char *name);

/**
 * rf_patch_setter: the setters that are needed, each once.
 *
 * @patch: the patch
 * @index: 0 and up
 *
 * Returns: (transfer none): the setter, or NULL beyond the last
 */
const RfSetter *rf_patch_setter(const RfPatch *patch, unsigned index);

#endif /* QEMU_BMC_REDFISH_RF_PATCH_H */
