/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of updates share. */
#ifndef QEMU_BMC_BMC_UPDATE_PRIV_H
#define QEMU_BMC_BMC_UPDATE_PRIV_H

#include "bmc/update-image.h"
#include "bmc/update.h"

#define UPDATE_CODE_PREFIX "code-"
#define UPDATE_INCOMING_PREFIX "incoming-"

/**
 * UpdateView: an image of firmware that is shown.
 *
 * @path: (nullable): its file
 * @pid: the process that has read it; 0: none
 * @image: (nullable): what it is
 * @reading: (nullable): stops reading it
 */
typedef struct UpdateView {
    char *path;
    int pid;
    BmcUpdateImage *image;
    GCancellable *reading;
} UpdateView;

/**
 * UpdateJob: an update on its way to being staged.
 *
 * @bmc: the hub; NULL once it has gone
 * @path: the image, as long as it has not been taken over
 * @image: BmcUpdateRequest.image
 * @user: (nullable): as there
 * @password: (nullable): as there
 * @targets: as there
 * @force: as there
 * @channel: on which it came
 * @asker: (nullable): who asks
 * @host: who may reach this host
 * @stop: stops it
 * @busy: something is being done; its callback owns the job
 * @outcome: (nullable): with the task, once there is one
 * @checked: (nullable): what the image is
 * @previous: (nullable): UpdateState.file before
 */
typedef struct UpdateJob {
    Bmc *bmc;
    char *path;
    char *image;
    char *user;
    char *password;
    unsigned targets;
    bool force;
    BmcChannel channel;
    char *asker;
    bool host;
    GCancellable *stop;
    bool busy;
    BmcUpdateOutcome *outcome;
    UpdateChecked *checked;
    char *previous;
} UpdateJob;

/**
 * BmcUpdates: updates of the machine's firmware.
 *
 * @config: what may be; owned
 * @verify: bmc_update_verify()
 * @last: number of the last file of firmware
 * @file: (nullable): name of the file that replaces that of the command line
 * @current: the firmware that there is
 * @staged: the firmware that will be
 * @vars: of update_vars_staged()
 * @running: (nullable): file of the firmware when last looked at
 * @job: (nullable): the update under way
 * @outcomes: of BmcUpdateOutcome
 * @waiters: GTasks that end when none is under way
 * @wait_timer: ends them anyway
 */
struct BmcUpdates {
    BmcUpdateConfig config;
    bool verify;
    unsigned last;
    char *file;
    UpdateView current;
    UpdateView staged;
    BmcUpdateImage vars;
    char *running;
    UpdateJob *job;
    GQueue outcomes;
    GPtrArray *waiters;
    ClockTimer *wait_timer;
};

/**
 * update_save: write the state.
 *
 * @bmc: the hub
 */
void update_save(Bmc *bmc);

/**
 * update_follow: look at what firmware the machine has and will have.
 *
 * @bmc: the hub
 */
void update_follow(Bmc *bmc);

/**
 * update_path: the path of a file of firmware.
 *
 * @bmc: the hub
 * @name: its name
 *
 * Returns: (transfer full): path
 */
char *update_path(const Bmc *bmc, const char *name);

/**
 * update_drop_firmware: bmc_update_drop() of firmware itself.
 *
 * @bmc: the hub
 * @origin: who asks
 *
 * Returns: false if nothing waits
 */
bool update_drop_firmware(Bmc *bmc, const BmcOrigin *origin);

/**
 * update_restore_firmware: bmc_update_restore().
 *
 * @bmc: the hub
 * @origin: who asks
 *
 * Returns: false if the firmware is that of the command line
 */
bool update_restore_firmware(Bmc *bmc, const BmcOrigin *origin);

/**
 * update_vars_stage_async: stage an image of variables.
 *
 * @bmc: the hub
 * @path: the image, which is taken over
 * @origin: who asks
 * @cancellable: stops waiting
 * @callback: called when it is staged
 * @opaque: handed to @callback
 */
void update_vars_stage_async(Bmc *bmc, const char *path,
                             const BmcOrigin *origin,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback, void *opaque);

/**
 * update_vars_stage_finish: result of update_vars_stage_async().
 *
 * @res: as the callback got it
 * @errp: as bmc_flash_replace_finish()
 *
 * Returns: true on success
 */
bool update_vars_stage_finish(GAsyncResult *res, GError **errp);

/**
 * update_vars_possible: bmc_update_possible() of variables.
 *
 * @bmc: the hub
 * @errp: as there
 *
 * Returns: as there
 */
bool update_vars_possible(const Bmc *bmc, GError **errp);

/**
 * update_vars_staged: bmc_update_staged() of variables.
 *
 * @bmc: the hub
 *
 * Returns: as there
 */
const BmcUpdateImage *update_vars_staged(const Bmc *bmc);

/**
 * update_vars_drop: bmc_update_drop() of variables.
 *
 * @bmc: the hub
 * @origin: who asks
 *
 * Returns: as there
 */
bool update_vars_drop(Bmc *bmc, const BmcOrigin *origin);

/**
 * update_jobs_free: the hub goes.
 *
 * @bmc: the hub
 */
void update_jobs_free(Bmc *bmc);

#endif /* QEMU_BMC_BMC_UPDATE_PRIV_H */
