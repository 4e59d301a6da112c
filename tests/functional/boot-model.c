/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which boots are right. */
#include "osdep.h"

#include "boot-model.h"

#include "util/json.h"

/* What is certain to be durable before a helper is killed. */
#define DURABLE_MS 1000

#define WINDOW_US (BOOT_MODEL_WINDOW_MS * INT64_C(1000))
#define OVER_US (WINDOW_US + BOOT_MODEL_LATE_MS * INT64_C(1000))

void boot_model_init(BootModel *model, bool patched, char normal)
{
    *model = (BootModel) {
        .patched = patched,
        .normal = normal,
        .running = true,
        .since_us = g_get_real_time(),
    };
}

void boot_model_set(BootModel *model, BootModelMode mode, char letter)
{
    model->mode = mode;
    model->letter = mode == BOOT_MODEL_DISABLED ? model->normal : letter;
    model->used = false;
    model->unseen = false;
    model->consumed = false;
}

static int64_t ran_us(const BootModel *model, int64_t now)
{
    return model->ran_us + (model->running ? now - model->since_us : 0);
}

static void cut(BootModel *model, int64_t now)
{
    if (!model->cut) {
        model->cut = true;
        model->cut_us = ran_us(model, now);
    }
}

static int64_t event_time_us(JsonObject *event)
{
    JsonObject *timestamp;
    int64_t seconds;
    int64_t us;

    g_assert_cmpint(json_get_object(event, "timestamp", &timestamp), ==,
                    JSON_GET_OK);
    g_assert_cmpint(json_get_int(timestamp, "seconds", &seconds), ==,
                    JSON_GET_OK);
    g_assert_cmpint(json_get_int(timestamp, "microseconds", &us), ==,
                    JSON_GET_OK);
    return seconds * G_USEC_PER_SEC + us;
}

void boot_model_event(void *opaque, JsonObject *event)
{
    BootModel *model = opaque;
    const char *name;
    int64_t now;

    if (json_get_string(event, "event", &name) != JSON_GET_OK) {
        return;
    }
    now = event_time_us(event);
    if (g_str_equal(name, "RESET")) {
        cut(model, now);
        model->ran_us = 0;
        model->since_us = now;
    } else if (g_str_equal(name, "STOP") || g_str_equal(name, "SHUTDOWN")) {
        cut(model, now);
        model->ran_us = ran_us(model, now);
        model->running = false;
    } else if (g_str_equal(name, "RESUME")) {
        model->running = true;
        model->since_us = now;
    } else if (g_str_equal(name, "BOOT_OVERRIDE_CONSUMED")) {
        model->consumed = true;
    }
}

void boot_model_begin(BootModel *model)
{
    model->cut = false;
}

void boot_model_helper_killed(BootModel *model)
{
    int64_t now = g_get_real_time();

    cut(model, now);
    if (model->used && ran_us(model, now) < DURABLE_MS * INT64_C(1000)) {
        model->unseen = true;
    }
}

void boot_model_helper_started(BootModel *model)
{
    model->ran_us = 0;
    model->since_us = g_get_real_time();
}

int64_t boot_model_ran_ms(const BootModel *model)
{
    return ran_us(model, g_get_real_time()) / 1000;
}

/* It is "once", and a boot has begun with it before this one. */
static BootVerdict booted_again(BootModel *model, char letter, int64_t ran,
                                bool seen)
{
    bool known = model->letter == model->normal;
    bool unseen = model->unseen;

    if (model->patched || (!unseen && ran >= OVER_US) ||
        letter != model->letter) {
        boot_model_set(model, BOOT_MODEL_DISABLED, 0);
        return letter == model->normal ? BOOT_RIGHT : BOOT_WRONG;
    }
    model->unseen = !seen;
    return known ? BOOT_RIGHT :
           unseen ? BOOT_ONCE_MORE_UNSEEN : BOOT_ONCE_MORE;
}

BootVerdict boot_model_booted(BootModel *model, char letter, int64_t ran,
                              bool seen)
{
    if (model->mode == BOOT_MODEL_ONCE && model->used) {
        return booted_again(model, letter, ran, seen);
    }
    if (model->mode == BOOT_MODEL_ONCE) {
        model->used = true;
        model->unseen = !seen;
    }
    return letter == (model->mode == BOOT_MODEL_DISABLED ? model->normal
                                                         : model->letter)
        ? BOOT_RIGHT : BOOT_WRONG;
}

void boot_model_interrupted(BootModel *model, int64_t ran, int64_t cut_us)
{
    if (model->mode != BOOT_MODEL_ONCE) {
        return;
    }
    if (model->patched) {
        model->used = model->used || model->consumed;
    } else if (!model->used) {
        model->used = cut_us >= WINDOW_US;
    } else if (!model->unseen && ran >= OVER_US) {
        boot_model_set(model, BOOT_MODEL_DISABLED, 0);
    }
}

bool boot_model_is_known(const BootModel *model)
{
    return model->patched || !model->used;
}

void boot_model_settle(BootModel *model)
{
    if (model->used) {
        boot_model_set(model, BOOT_MODEL_DISABLED, 0);
    }
}
