/* SPDX-License-Identifier: GPL-2.0-or-later */
/* All command tables, in the order in which --dump-tables prints them. */
#include "osdep.h"

#include "ipmi/ipmi-commands.h"

const IpmiCommand *const ipmi_tables[] = {
    ipmi_chassis_commands,
    ipmi_app_commands,
    ipmi_device_commands,
    ipmi_system_info_commands,
    ipmi_app_session_commands,
    ipmi_app_session15_commands,
    ipmi_user_commands,
    ipmi_channel_commands,
    ipmi_watchdog_commands,
    ipmi_msg_commands,
    ipmi_event_commands,
    ipmi_sel_commands,
    ipmi_fru_commands,
    ipmi_sdr_commands,
    ipmi_sensor_commands,
    ipmi_dcmi_commands,
    ipmi_pef_commands,
    ipmi_lan_config_commands,
    ipmi_payload_commands,
    ipmi_sol_config_commands,
    NULL,
};
