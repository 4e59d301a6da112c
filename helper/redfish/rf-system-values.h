/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Properties that the system and its chassis have in common. */
#ifndef QEMU_BMC_REDFISH_RF_SYSTEM_VALUES_H
#define QEMU_BMC_REDFISH_RF_SYSTEM_VALUES_H

#include "redfish/rf-resource.h"

/* Resource.PowerState. */
extern const char *const rf_power_states[];

/* Resource.Status of the machine. */
extern const RfProperty rf_machine_status[];

/* Resource.Status of hardware that is there. */
extern const RfProperty rf_present_status[];

/**
 * rf_get_power_state: RfProperty.get of PowerState.
 *
 * @ctx: which one
 * @value: an index into rf_power_states, or null while not known
 *
 * Returns: true
 */
bool rf_get_power_state(const RfContext *ctx, RfValue *value);

/* ComputerSystem.Boot. */
extern const RfProperty rf_system_boot[];

/**
 * rf_default_boot_order_start: RfAction.start of SetDefaultBootOrder.
 *
 * @x: the exchange
 * @patch: no parameters
 */
void rf_default_boot_order_start(RfExchange *x, const RfPatch *patch);

/**
 * rf_has_graphical_console: RfProperty.get of what is there where QEMU has a
 * VNC server.
 *
 * @ctx: the system
 * @value: not used
 *
 * Returns: true if it has
 */
bool rf_has_graphical_console(const RfContext *ctx, RfValue *value);

/* ComputerSystem.SerialConsole, GraphicalConsole and HostWatchdogTimer. */
extern const RfProperty rf_system_serial_console[];
extern const RfProperty rf_system_graphical_console[];
extern const RfProperty rf_system_watchdog[];

/**
 * rf_get_sol_enabled: RfProperty.get of ServiceEnabled of the serial console,
 * which the system and its manager both show.
 *
 * @ctx: which one
 * @value: set to whether SOL is enabled
 *
 * Returns: true
 */
bool rf_get_sol_enabled(const RfContext *ctx, RfValue *value);

/* RfProperty.setter of it. */
extern const RfSetter rf_sol_setter;

/**
 * rf_get_sol_sessions: RfProperty.get of its MaxConcurrentSessions.
 *
 * @ctx: which one
 * @value: set to how many there can be at a time
 *
 * Returns: true
 */
bool rf_get_sol_sessions(const RfContext *ctx, RfValue *value);

/* ComputerSystem.PowerRestorePolicy. */
extern const char *const rf_restore_policies[];
extern const RfSetter rf_restore_policy_setter;

/**
 * rf_get_restore_policy: RfProperty.get of PowerRestorePolicy.
 *
 * @ctx: which one
 * @value: an index into rf_restore_policies
 *
 * Returns: false if nobody has set one
 */
bool rf_get_restore_policy(const RfContext *ctx, RfValue *value);

/* Parameters of the actions that reset the system or its chassis. */
extern const RfProperty rf_reset_parameters[];

/**
 * rf_reset_start: RfAction.start of those.
 *
 * @x: the exchange
 * @patch: the parameters
 */
void rf_reset_start(RfExchange *x, const RfPatch *patch);

/**
 * rf_firmware_version: version of the machine's firmware, as far as it is
 * known: what the image tells, or software in the machine has told.
 *
 * @bmc: the hub
 * @value: its text is set
 *
 * Returns: false if it is not known
 */
bool rf_firmware_version(const Bmc *bmc, RfValue *value);

#endif /* QEMU_BMC_REDFISH_RF_SYSTEM_VALUES_H */
