/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The machine: its state, power, boot override and indicator. */
#include "osdep.h"

#include <stdio.h>

#include "commands.h"
#include "util/error.h"
#include "util/json.h"

#define RESET "#ComputerSystem.Reset"
#define BOOT "Boot/BootSourceOverride"

static JsonObject *get_system(Ctl *ctl, GError **errp)
{
    g_autofree char *path = ctl_follow(ctl, errp, "Systems", NULL);

    return path ? ctl_get(ctl, path, errp) : NULL;
}

static void show_text(const char *title, JsonObject *object,
                      const char *path)
{
    const char *text = ctl_text(object, path);

    if (text) {
        printf("%-12s %s\n", title, text);
    }
}

/* The device, where the target is a certain one. */
static const char *target_device(JsonObject *system, const char *target)
{
    return g_str_equal(target, "UefiBootNext") ?
           ctl_text(system, "Boot/BootNext") :
           g_str_equal(target, "UefiTarget") ?
           ctl_text(system, "Boot/UefiTargetBootSourceOverride") : NULL;
}

static void show_boot(JsonObject *system)
{
    const char *enabled = ctl_text(system, BOOT "Enabled");
    const char *target = ctl_text(system, BOOT "Target");
    const char *device = target ? target_device(system, target) : NULL;

    if (enabled && target && !g_str_equal(enabled, "Disabled")) {
        printf("%-12s %s%s%s, %s\n", "Boot from:", target,
               device ? " " : "", device ? device : "",
               g_str_equal(enabled, "Once") ? "once" : "always");
    } else if (enabled) {
        printf("%-12s %s\n", "Boot from:", "as the machine is configured");
    }
}

static bool status(Ctl *ctl, const char *data, char **args, GError **errp)
{
    g_autoptr(JsonObject) system = get_system(ctl, errp);
    double number;

    if (!system) {
        return false;
    }
    if (ctl_json(ctl)) {
        ctl_print(system);
        return true;
    }
    show_text("Name:", system, "Name");
    show_text("Model:", system, "Model");
    show_text("UUID:", system, "UUID");
    show_text("Power:", system, "PowerState");
    show_text("State:", system, "Status/State");
    show_text("Health:", system, "Status/Health");
    show_text("Last reset:", system, "LastResetTime");
    show_text("Host name:", system, "HostName");
    show_text("Boot:", system, "BootProgress/LastState");
    if (ctl_number(system, "ProcessorSummary/LogicalProcessorCount",
                   &number)) {
        printf("%-12s %.0f\n", "CPUs:", number);
    }
    if (ctl_number(system, "MemorySummary/TotalSystemMemoryGiB", &number)) {
        printf("%-12s %g GiB\n", "Memory:", number);
    }
    show_boot(system);
    if (ctl_true(system, "LocationIndicatorActive")) {
        printf("%-12s %s\n", "Indicator:", "on");
    }
    return true;
}

static bool power_status(Ctl *ctl, const char *data, char **args,
                         GError **errp)
{
    g_autoptr(JsonObject) system = get_system(ctl, errp);

    if (system && ctl_json(ctl)) {
        ctl_print(system);
    } else if (system) {
        printf("%s\n", ctl_text(system, "PowerState") ?: "unknown");
    }
    return system;
}

static bool power(Ctl *ctl, const char *type, char **args, GError **errp)
{
    g_autoptr(JsonObject) system = get_system(ctl, errp);
    g_autoptr(JsonObject) body = json_object_new();
    g_autoptr(JsonObject) answer = NULL;
    const char *target = system ? ctl_action(system, RESET, errp) : NULL;

    if (target) {
        json_object_set_string_member(body, "ResetType", type);
        answer = ctl_call(ctl, "POST", target, body, errp);
    }
    return answer;
}

/* A name as the BMC spells it, of those that it allows. */
static const char *find_target(JsonObject *system, const char *name)
{
    JsonNode *boot = ctl_node(system, "Boot");
    JsonNode *node = boot && JSON_NODE_HOLDS_OBJECT(boot)
        ? json_object_get_member(
              json_node_get_object(boot),
              "BootSourceOverrideTarget@Redfish.AllowableValues") : NULL;
    JsonArray *array = node && JSON_NODE_HOLDS_ARRAY(node)
                       ? json_node_get_array(node) : NULL;
    unsigned i;

    for (i = 0; array && i < json_array_get_length(array); i++) {
        const char *one = json_array_get_string_element(array, i);

        if (one && g_ascii_strcasecmp(one, name) == 0) {
            return one;
        }
    }
    return array ? NULL : name; /* it does not tell: let it decide */
}

/* @next: (nullable): BootNext */
static bool patch_boot(Ctl *ctl, JsonObject *system, const char *enabled,
                       const char *target, const char *next, GError **errp)
{
    g_autoptr(JsonObject) body = json_object_new();
    g_autoptr(JsonObject) answer = NULL;
    JsonObject *boot = json_object_new();

    json_object_set_string_member(boot, "BootSourceOverrideEnabled",
                                  enabled);
    json_object_set_string_member(boot, "BootSourceOverrideTarget", target);
    if (next) {
        json_object_set_string_member(boot, "BootNext", next);
    }
    json_object_set_object_member(body, "Boot", boot);
    answer = ctl_call(ctl, "PATCH", ctl_text(system, "@odata.id"), body,
                      errp);
    return answer;
}

static bool boot_status(Ctl *ctl, const char *data, char **args,
                        GError **errp)
{
    g_autoptr(JsonObject) system = get_system(ctl, errp);
    JsonNode *boot = system ? ctl_node(system, "Boot") : NULL;

    if (system && ctl_json(ctl) && boot && JSON_NODE_HOLDS_OBJECT(boot)) {
        ctl_print(json_node_get_object(boot));
    } else if (system) {
        show_boot(system);
    }
    return system;
}

static bool set_boot(Ctl *ctl, const char *name, const char *when,
                     GError **errp)
{
    g_autoptr(JsonObject) system = NULL;
    const char *target;

    if (!g_str_equal(when, "once") && !g_str_equal(when, "always")) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_USAGE,
                    "'%s' is neither once nor always", when);
        return false;
    }
    system = get_system(ctl, errp);
    if (!system) {
        return false;
    }
    target = find_target(system, name);
    if (!target) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_NOT_SUPPORTED,
                    "this machine cannot boot from '%s' (bmcctl --json boot "
                    "status shows from what it can)", name);
        return false;
    }
    return patch_boot(ctl, system,
                      g_str_equal(when, "once") ? "Once" : "Continuous",
                      target, NULL, errp);
}

static bool boot_set(Ctl *ctl, const char *data, char **args, GError **errp)
{
    return set_boot(ctl, args[0], args[1] ?: "once", errp);
}

static bool boot_setup(Ctl *ctl, const char *data, char **args,
                       GError **errp)
{
    return set_boot(ctl, "BiosSetup", args[0] ?: "once", errp);
}

static bool boot_device(Ctl *ctl, const char *data, char **args,
                        GError **errp)
{
    g_autoptr(JsonObject) system = get_system(ctl, errp);

    return system && patch_boot(ctl, system, "Once", "UefiBootNext", args[0],
                                errp);
}

static bool boot_clear(Ctl *ctl, const char *data, char **args,
                       GError **errp)
{
    g_autoptr(JsonObject) system = get_system(ctl, errp);

    return system && patch_boot(ctl, system, "Disabled", "None", NULL, errp);
}

static bool identify(Ctl *ctl, const char *data, char **args, GError **errp)
{
    g_autofree char *path = ctl_follow(ctl, errp, "Systems", NULL);
    g_autoptr(JsonObject) body = json_object_new();
    g_autoptr(JsonObject) answer = NULL;

    if (path) {
        json_object_set_boolean_member(body, "LocationIndicatorActive",
                                       g_str_equal(data, "on"));
        answer = ctl_call(ctl, "PATCH", path, body, errp);
    }
    return answer;
}

static bool get(Ctl *ctl, const char *data, char **args, GError **errp)
{
    g_autoptr(JsonObject) answer = ctl_get(ctl, args[0], errp);

    if (answer) {
        ctl_print(answer);
    }
    return answer;
}

const CtlCommand ctl_system_commands[] = {
    { "status", "", "Show the machine", status, NULL },
    { "power status", "", "Show whether it is on", power_status, NULL },
    { "power on", "", "Switch it on", power, "On" },
    { "power off", "", "Switch it off at once", power, "ForceOff" },
    { "power shutdown", "", "Ask its system to shut down", power,
      "GracefulShutdown" },
    { "power restart", "", "Ask its system to restart", power,
      "GracefulRestart" },
    { "power reset", "", "Reset it at once", power, "ForceRestart" },
    { "power cycle", "", "Switch it off, and on again", power,
      "PowerCycle" },
    { "power nmi", "", "Send it a diagnostic interrupt", power, "Nmi" },
    { "power button", "", "Push its power button", power,
      "PushPowerButton" },
    { "power pause", "", "Stop its processors", power, "Pause" },
    { "power resume", "", "Let them go on", power, "Resume" },
    { "boot status", "", "Show the boot override", boot_status, NULL },
    { "boot set", "TARGET [once|always]",
      "Boot from Pxe, Hdd, Cd, ...; once if it is not said", boot_set, NULL },
    { "boot device", "DEVICE", "Boot from one of BootOrder's devices, once",
      boot_device, NULL },
    { "boot setup", "[once|always]",
      "Boot into the firmware's setup; once if it is not said", boot_setup,
      NULL },
    { "boot clear", "", "Boot as the machine is configured", boot_clear,
      NULL },
    { "identify on", "", "Light the indicator", identify, "on" },
    { "identify off", "", "Put it out", identify, "off" },
    { "get", "PATH", "Show a Redfish resource, /redfish/v1/...", get, NULL },
    { NULL }
};
