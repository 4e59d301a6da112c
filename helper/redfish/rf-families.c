/* SPDX-License-Identifier: GPL-2.0-or-later */
/* All resources that there are. */
#include "osdep.h"

#include "redfish/rf-resource.h"
#include "redfish/rf.h"

const RfResource *const rf_families[] = {
    rf_root_resources,
    rf_systems_resources,
    rf_boot_options_resources,
    rf_processors_resources,
    rf_memory_resources,
    rf_ethernet_resources,
    rf_pcie_resources,
    rf_storage_resources,
    rf_trusted_resources,
    rf_guest_resources,
    rf_host_interface_resources,
    rf_managers_resources,
    rf_network_protocol_resources,
    rf_certificates_resources,
    rf_client_certificates_resources,
    rf_chassis_resources,
    rf_virtual_media_resources,
    rf_images_resources,
    rf_media_certificates_resources,
    rf_sensors_resources,
    rf_manager_interfaces_resources,
    rf_power_thermal_resources,
    rf_update_resources,
    rf_inventory_resources,
    rf_telemetry_resources,
    rf_metric_reports_resources,
    rf_report_definitions_resources,
    rf_log_services_resources,
    rf_log_entries_resources,
    rf_metadata_resources,
    rf_schemas_resources,
    rf_registries_resources,
    rf_sessions_resources,
    rf_tasks_resources,
    rf_bios_resources,
    rf_secure_boot_resources,
    rf_accounts_resources,
    rf_account_service_resources,
    rf_event_service_resources,
    rf_privileges_resources,
    rf_subscriptions_resources,
    NULL,
};

void rf_dump_tables(GString *out)
{
    const RfResource *const *family;
    const RfResource *resource;

    for (family = rf_families; *family; family++) {
        for (resource = *family; resource->path; resource++) {
            rf_resource_dump(resource, out);
        }
    }
}
