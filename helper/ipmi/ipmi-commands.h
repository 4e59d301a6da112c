/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command tables, one per file of handlers; each ends with a NULL name. */
#ifndef QEMU_BMC_IPMI_IPMI_COMMANDS_H
#define QEMU_BMC_IPMI_IPMI_COMMANDS_H

#include "ipmi/ipmi-core.h"

/* All of them; ends with NULL. */
extern const IpmiCommand *const ipmi_tables[];

extern const IpmiCommand ipmi_chassis_commands[];
extern const IpmiCommand ipmi_app_commands[];
extern const IpmiCommand ipmi_app_session_commands[];
extern const IpmiCommand ipmi_app_session15_commands[];
extern const IpmiCommand ipmi_user_commands[];
extern const IpmiCommand ipmi_channel_commands[];
extern const IpmiCommand ipmi_msg_commands[];
extern const IpmiCommand ipmi_device_commands[];
extern const IpmiCommand ipmi_system_info_commands[];
extern const IpmiCommand ipmi_lan_config_commands[];
extern const IpmiCommand ipmi_event_commands[];
extern const IpmiCommand ipmi_sel_commands[];
extern const IpmiCommand ipmi_fru_commands[];
extern const IpmiCommand ipmi_sdr_commands[];
extern const IpmiCommand ipmi_sensor_commands[];
extern const IpmiCommand ipmi_dcmi_commands[];
extern const IpmiCommand ipmi_pef_commands[];
extern const IpmiCommand ipmi_payload_commands[];
extern const IpmiCommand ipmi_sol_config_commands[];
extern const IpmiCommand ipmi_watchdog_commands[];

#endif /* QEMU_BMC_IPMI_IPMI_COMMANDS_H */
