/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tasks (DSP0268 TaskService, Task) and their monitors (DSP0266). */
#include "osdep.h"

#include "redfish/rf-tasks.h"

#include "redfish/rf-update.h"
#include "util/error.h"

static const char *const states[] = { "Enabled", NULL };
static const char *const policies[] = { "Oldest", NULL };

static const char *const task_states[] = {
    [BMC_TASK_RUNNING] = "Running",
    [BMC_TASK_CANCELLING] = "Cancelling",
    [BMC_TASK_COMPLETED] = "Completed",
    [BMC_TASK_CANCELLED] = "Cancelled",
    [BMC_TASK_EXCEPTION] = "Exception",
    NULL,
};

static const char *const healths[] = { "OK", "Warning", "Critical", NULL };
enum { HEALTH_OK, HEALTH_WARNING, HEALTH_CRITICAL };

static const RfProperty no_properties[] = { { NULL } };

static const BmcTask *task_of(const RfContext *ctx)
{
    const char *id = ctx->ids[0];
    guint64 number;

    /* One spelling only: "1", not "01" or "+1". */
    if (id[0] < '1' || id[0] > '9' ||
        !g_ascii_string_to_unsigned(id, 10, 1, UINT_MAX, &number, NULL)) {
        return NULL;
    }
    return bmc_task_find(ctx->bmc, number);
}

static bool exists_task(const RfContext *ctx)
{
    return task_of(ctx);
}

/* A monitor is gone once it has told the result, or there is none to tell. */
static bool has_monitor(const BmcTask *task)
{
    return !task->fetched && task->state != BMC_TASK_CANCELLED;
}

static bool exists_monitor(const RfContext *ctx)
{
    const BmcTask *task = task_of(ctx);

    return task && has_monitor(task);
}

static bool nth_task(const RfContext *ctx, unsigned n, char uri[RF_URI_MAX])
{
    const BmcTask *task = bmc_task_nth(ctx->bmc, n);

    if (task) {
        g_snprintf(uri, RF_URI_MAX, RF_TASKS "/%u", task->id);
    }
    return task;
}

/* Properties of a task */

static bool get_text(const char *text, RfValue *value)
{
    value->text = text;
    return text;
}

static bool get_name(const RfContext *ctx, RfValue *value)
{
    return get_text(task_of(ctx)->name, value);
}

static bool get_task_state(const RfContext *ctx, RfValue *value)
{
    value->choice = task_of(ctx)->state;
    return true;
}

static bool get_health(const RfContext *ctx, RfValue *value)
{
    switch (task_of(ctx)->state) {
    case BMC_TASK_EXCEPTION:
        value->choice = HEALTH_CRITICAL;
        break;
    case BMC_TASK_CANCELLED:
        value->choice = HEALTH_WARNING;
        break;
    default:
        value->choice = HEALTH_OK;
        break;
    }
    return true;
}

static bool get_percent(const RfContext *ctx, RfValue *value)
{
    value->integer = task_of(ctx)->percent;
    return value->integer >= 0;
}

static bool get_start(const RfContext *ctx, RfValue *value)
{
    return rf_value_set_time(value, task_of(ctx)->start);
}

static bool get_end(const RfContext *ctx, RfValue *value)
{
    return task_of(ctx)->end && rf_value_set_time(value, task_of(ctx)->end);
}

static bool get_monitor(const RfContext *ctx, RfValue *value)
{
    g_snprintf(value->buf, sizeof(value->buf), RF_TASK_MONITORS "/%s",
               ctx->ids[0]);
    value->text = value->buf;
    return has_monitor(task_of(ctx));
}

static bool get_messages(const RfContext *ctx, RfValue *value)
{
    const BmcTask *task = task_of(ctx);
    JsonArray *array = json_array_new();
    bool told;
    unsigned i;

    json_array_add_object_element(
        array, rf_task_message(task, BMC_TASK_CHANGE_STARTED));
    told = rf_update_task_messages(ctx->bmc, task, array);
    if (bmc_task_ended(task)) {
        json_array_add_object_element(
            array, rf_task_message(task, BMC_TASK_CHANGE_ENDED));
    }
    if (task->error && !told) {
        g_autoptr(RfMessages) messages = rf_messages_new();
        JsonArray *list = rf_messages_list(messages);

        rf_messages_add_error(messages, task->error);
        for (i = 0; i < json_array_get_length(list); i++) {
            json_array_add_element(
                array, json_node_copy(json_array_get_element(list, i)));
        }
    }
    value->node = json_node_init_array(json_node_alloc(), array);
    json_array_unref(array);
    return true;
}

static bool get_method(const RfContext *ctx, RfValue *value)
{
    return get_text(task_of(ctx)->method, value);
}

static bool get_target(const RfContext *ctx, RfValue *value)
{
    return get_text(task_of(ctx)->target, value);
}

static bool get_json_body(const RfContext *ctx, RfValue *value)
{
    return get_text(task_of(ctx)->body, value);
}

static bool nth_created(const RfContext *ctx, unsigned n,
                        char uri[RF_URI_MAX])
{
    const char *result = task_of(ctx)->result;

    return n == 0 && result &&
           g_strlcpy(uri, result, RF_URI_MAX) < RF_URI_MAX;
}

static bool get_links(const RfContext *ctx, RfValue *value)
{
    return task_of(ctx)->result;
}

static void removed(RfExchange *x, bool ok, GError *err)
{
    if (ok || !g_error_matches(err, BMC_ERROR, BMC_ERROR_NOT_SUPPORTED)) {
        rf_exchange_complete(x, err);
    } else {
        g_autoptr(RfMessages) messages = rf_messages_new();

        rf_messages_add(messages, RF_MESSAGE_RESOURCE_CANNOT_BE_DELETED,
                        NULL, "It cannot be cancelled; wait for its end.",
                        NULL);
        rf_exchange_fail(x, messages);
    }
}

static void remove_task(RfExchange *x)
{
    const RfContext *ctx = &x->context;
    g_autoptr(GError) err = NULL;
    bool ok;

    ok = bmc_task_delete(ctx->bmc, task_of(ctx)->id, &x->origin, &err);
    removed(x, ok, err);
}

/* Its monitor */

static bool is_own_task(const RfExchange *x)
{
    const BmcTask *task = task_of(&x->context);

    return task && g_strcmp0(task->user, x->user.name) == 0;
}

/* An update says itself what has failed, in the last of its messages. */
static void fail_result(RfExchange *x, const BmcTask *task,
                        const GError *err)
{
    g_autoptr(RfMessages) messages = rf_messages_new();
    g_autoptr(JsonArray) told = json_array_new();

    if (rf_update_task_messages(x->context.bmc, task, told)) {
        JsonObject *last = json_array_get_object_element(
            told, json_array_get_length(told) - 1);

        rf_messages_add_object(messages, json_object_ref(last), 400);
    } else {
        rf_messages_add_error(messages, err);
    }
    rf_exchange_fail(x, messages);
}

/* What the operation would have answered if it had been waited for. */
static void answer_result(RfExchange *x, const BmcTask *task)
{
    g_autoptr(GError) err = task->error ? g_error_copy(task->error) : NULL;
    g_autofree char *result = g_strdup(task->result);
    Bmc *bmc = x->context.bmc;

    if (g_str_equal(x->request.method, "GET")) {
        bmc_task_fetched(bmc, task->id);
    }
    if (result) {
        rf_exchange_created(x, result, NULL, NULL);
    } else if (err) {
        fail_result(x, task, err);
    } else {
        rf_exchange_done(x);
    }
}

/*
 * There is no representation of a monitor: it answers as its task stands.
 * DELETE alone goes on.
 */
static void prepare_monitor(RfExchange *x)
{
    const BmcTask *task = task_of(&x->context);

    if (g_str_equal(x->request.method, "DELETE")) {
        rf_exchange_prepared(x, NULL);
    } else if (bmc_task_ended(task)) {
        answer_result(x, task);
    } else {
        rf_task_accepted(x, task->id);
    }
}

/* One that has ended already has nothing to be cancelled. */
static void remove_monitor(RfExchange *x)
{
    const BmcTask *task = task_of(&x->context);
    g_autoptr(GError) err = NULL;
    bool ok = true;

    if (bmc_task_ended(task)) {
        bmc_task_fetched(x->context.bmc, task->id);
    } else {
        ok = bmc_task_cancel(x->context.bmc, task->id, &x->origin, &err);
    }
    removed(x, ok, err);
}

/* The service */

static const RfSetter retention_setter;

static bool get_retention(const RfContext *ctx, RfValue *value)
{
    value->integer = bmc_task_retention(ctx->bmc);
    return true;
}

static bool get_zero(const RfContext *ctx, RfValue *value)
{
    value->integer = 0;
    return true;
}

static void retention_start(RfExchange *x, const RfPatch *patch)
{
    const RfValue *value = rf_patch_get(patch, &retention_setter,
                                        "TaskAutoDeleteTimeoutMinutes");

    bmc_task_set_retention(x->context.bmc, value->integer, &x->origin);
    rf_exchange_complete_kept(x);
}

static const RfSetter retention_setter = { .start = retention_start };

static void delete_ended(RfExchange *x, const RfPatch *patch)
{
    bmc_task_delete_ended(x->context.bmc);
    rf_exchange_complete(x, NULL);
}

/* Tables */

static const RfProperty status_properties[] = {
    { "State", RF_TYPE_ENUM, .texts = states, .get = rf_get_first },
    { "Health", RF_TYPE_ENUM, .texts = healths, .get = rf_get_first },
    { NULL }
};

static const RfProperty service_properties[] = {
    { "Id", RF_TYPE_STRING, .text = "TaskService" },
    { "Name", RF_TYPE_STRING, .text = "Task Service" },
    { "Status", RF_TYPE_OBJECT, .members = status_properties },
    { "ServiceEnabled", RF_TYPE_BOOL, .get = rf_get_true },
    { "CompletedTaskOverWritePolicy", RF_TYPE_ENUM, .texts = policies,
      .get = rf_get_first },
    { "TaskAutoDeleteTimeoutMinutes", RF_TYPE_INTEGER, .get = get_retention,
      .setter = &retention_setter, .min = 1, .max = BMC_TASK_RETENTION_MAX },
    { "TaskMonitorAutoExpirySeconds", RF_TYPE_INTEGER, .get = get_zero },
    { "Tasks", RF_TYPE_LINK, .text = RF_TASKS },
    { NULL }
};

static const RfAction service_actions[] = {
    { "#TaskService.DeleteAllCompletedTasks", no_properties,
      RF_PRIVILEGE_CONFIGURE_MANAGER, delete_ended },
    { NULL }
};

static const RfProperty collection_properties[] = {
    { "Name", RF_TYPE_STRING, .text = "Task Collection" },
    { "Members", RF_TYPE_LINKS, .nth = nth_task },
    { NULL }
};

static const RfProperty payload_properties[] = {
    { "HttpOperation", RF_TYPE_STRING, .get = get_method },
    { "TargetUri", RF_TYPE_STRING, .get = get_target },
    { "JsonBody", RF_TYPE_STRING, .get = get_json_body },
    { NULL }
};

static const RfProperty link_properties[] = {
    { "CreatedResources", RF_TYPE_LINKS, .nth = nth_created },
    { NULL }
};

static const RfProperty task_properties[] = {
    { "Id", RF_TYPE_STRING, .get = rf_get_id },
    { "Name", RF_TYPE_STRING, .get = get_name },
    { "TaskState", RF_TYPE_ENUM, .texts = task_states,
      .get = get_task_state },
    { "TaskStatus", RF_TYPE_ENUM, .texts = healths, .get = get_health },
    { "PercentComplete", RF_TYPE_INTEGER, .get = get_percent },
    { "StartTime", RF_TYPE_STRING, .get = get_start },
    { "EndTime", RF_TYPE_STRING, .get = get_end },
    { "TaskMonitor", RF_TYPE_STRING, .get = get_monitor },
    { "Messages", RF_TYPE_JSON, .get = get_messages },
    { "Payload", RF_TYPE_OBJECT, .members = payload_properties },
    { "Links", RF_TYPE_OBJECT, .members = link_properties,
      .get = get_links },
    { NULL }
};

static const RfDelete task_delete = {
    RF_PRIVILEGE_CONFIGURE_MANAGER, remove_task
};

/* Who has begun something may also stop it. */
static const RfDelete monitor_delete = {
    RF_PRIVILEGE_CONFIGURE_MANAGER | RF_PRIVILEGE_CONFIGURE_SELF,
    remove_monitor
};

const RfResource rf_tasks_resources[] = {
    { .path = RF_TASK_SERVICE, .type = "TaskService.v1_3_0.TaskService",
      .properties = service_properties, .actions = service_actions,
      .read = RF_PRIVILEGE_LOGIN, .write = RF_PRIVILEGE_CONFIGURE_MANAGER,
      .depends = 1 << BMC_PART_TASKS },
    { .path = RF_TASKS, .type = "TaskCollection.TaskCollection",
      .properties = collection_properties, .read = RF_PRIVILEGE_LOGIN,
      .depends = 1 << BMC_PART_TASKS },
    { .path = RF_TASKS "/{TaskId}", .type = "Task.v1_7_4.Task",
      .properties = task_properties, .read = RF_PRIVILEGE_LOGIN,
      .depends = 1 << BMC_PART_TASKS, .exists = exists_task,
      .remove = &task_delete },
    { .path = RF_TASK_MONITORS "/{TaskId}", .properties = no_properties,
      .read = RF_PRIVILEGE_LOGIN, .live = true, .prepare = prepare_monitor,
      .exists = exists_monitor, .is_own = is_own_task,
      .remove = &monitor_delete },
    { NULL }
};
