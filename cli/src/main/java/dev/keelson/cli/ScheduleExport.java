package dev.keelson.cli;

import dev.keelson.control.ScheduleDefinition;
import dev.keelson.expression.Durations;
import dev.keelson.project.Project;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.common.FlowStyle;

/**
 * Schedules for what starts programs at times: crontab(5), systemd.timer(5) and CronJob of Kubernetes' {@code batch/v1}. Each
 * runs {@code keelson schedule run NAME}. What one of them has no word for stands as a comment above it.
 */
final class ScheduleExport {
    private static final int PUNCTUAL_SECONDS = 300;

    private final Project project;
    private final Path folder;

    ScheduleExport(Project project, Path folder) {
        this.project = project;
        this.folder = folder;
    }

    /** A comment for each thing that is not expressed. */
    private static String lost(String... sentences) {
        StringBuilder text = new StringBuilder();
        for (String each : sentences) {
            if (!each.isEmpty()) {
                text.append("# Not expressed: ").append(each).append('\n');
            }
        }
        return text.toString();
    }

    private static String jitter(ScheduleDefinition schedule, String who) {
        return schedule.jitter().isZero()
                ? ""
                : "`jitter: %s` of %s, since %s begins on the minute; keep apart what must not begin together."
                        .formatted(Durations.format(schedule.jitter()), schedule.name(), who);
    }

    private static String missed(ScheduleDefinition schedule, String instead) {
        return "`missed: %s` of %s: %s".formatted(schedule.missed().name().toLowerCase(Locale.ROOT), schedule.name(), instead);
    }

    private static String command(ScheduleDefinition schedule, String reason) {
        return "keelson schedule run %s --reason %s".formatted(schedule.name(), reason);
    }

    /** Lines of a crontab; the zone of a line is set before it where zones differ, as Vixie's and cronie's cron read it. */
    String cron() {
        StringBuilder text = new StringBuilder("# Schedules of %s; `keelson schedule export --cron` wrote them.\n".formatted(project.name()));
        String zone = "";
        for (ScheduleDefinition each : project.schedules()) {
            if (!each.zone().getId().equals(zone)) {
                zone = each.zone().getId();
                text.append("CRON_TZ=").append(zone).append('\n');
            }
            text.append(lost(
                    jitter(each, "cron"),
                    each.missed() == ScheduleDefinition.Missed.SKIP ? "" : missed(each, "cron makes up for no time that passed while the machine was off.")));
            text.append("%s cd %s && %s\n".formatted(each.cron(), Texts.quoted(folder.toString()).replace("%", "\\%"), command(each, "cron")));
        }
        return text.toString();
    }

    /** A timer and a service for each schedule, one after the other, each under the name of its file. */
    String systemd() {
        StringBuilder text = new StringBuilder();
        for (ScheduleDefinition each : project.schedules()) {
            String unit = "keelson-%s-%s".formatted(project.name(), each.name());
            text.append("# %s.service\n".formatted(unit))
                    .append("[Unit]\nDescription=Keelson: %s of %s\n\n".formatted(each.name(), project.name()))
                    .append("[Service]\nType=oneshot\nWorkingDirectory=%s\n".formatted(folder.toString().replace("%", "%%")))
                    .append("SuccessExitStatus=1\nExecStart=/usr/bin/env %s\n\n".formatted(command(each, "systemd")))
                    .append("# %s.timer\n".formatted(unit))
                    .append(lost(each.missed() == ScheduleDefinition.Missed.ALL ? missed(each, "systemd makes up for one time, however many passed.") : ""))
                    .append("[Unit]\nDescription=Keelson: when %s of %s is due\n\n[Timer]\n".formatted(each.name(), project.name()));
            for (String when : OnCalendar.of(each.cron())) {
                text.append("OnCalendar=%s %s\n".formatted(when, each.zone().getId()));
            }
            text.append("Persistent=%s\n".formatted(each.missed() != ScheduleDefinition.Missed.SKIP));
            if (!each.jitter().isZero()) {
                text.append("RandomizedDelaySec=%d\n".formatted(each.jitter().toSeconds()));
            }
            text.append("\n[Install]\nWantedBy=timers.target\n\n");
        }
        return text.toString();
    }

    /** A document of YAML for each schedule. */
    String kubernetes(String image) {
        Dump dump = new Dump(DumpSettings.builder()
                .setDefaultFlowStyle(FlowStyle.BLOCK)
                .setExplicitStart(true)
                .build());
        StringBuilder text = new StringBuilder("""
                # A finding such as drift ends with exit code 1. A podFailurePolicy could only ignore it, which starts the pod again, or fail the
                # job; so a shell takes it as done. The image needs /bin/sh and keelson on its PATH.
                """);
        project.schedules().forEach(each -> text.append(lost(
                        jitter(each, "Kubernetes"),
                        each.missed() == ScheduleDefinition.Missed.ALL ? missed(each, "Kubernetes makes up for one time, however many passed.") : ""))
                .append(dump.dumpToString(cronJob(each, image))));
        return text.toString();
    }

    private Map<String, Object> cronJob(ScheduleDefinition schedule, String image) {
        String line = "%s || { code=$?; [ $code -eq 1 ] || exit $code; }".formatted(command(schedule, "kubernetes"));
        Map<String, Object> container =
                map("name", "keelson", "image", image, "command", List.of("/bin/sh", "-c", line));
        Map<String, Object> pod = map("restartPolicy", "Never", "containers", List.of(container));
        Map<String, Object> spec = map(
                "schedule", schedule.cron(), "timeZone", schedule.zone().getId(), "concurrencyPolicy", "Forbid");
        if (schedule.missed() == ScheduleDefinition.Missed.SKIP) {
            spec.put("startingDeadlineSeconds", PUNCTUAL_SECONDS);
        }
        spec.put("jobTemplate", map("spec", map("backoffLimit", 2, "template", map("spec", pod))));
        String name = "keelson-%s-%s".formatted(name(project.name()), name(schedule.name()));
        return map("apiVersion", "batch/v1", "kind", "CronJob", "metadata", map("name", name), "spec", spec);
    }

    /** Keys and values in their order. */
    private static Map<String, Object> map(Object... entries) {
        Map<String, Object> map = new LinkedHashMap<>();
        for (int i = 0; i < entries.length; i += 2) {
            map.put((String) entries[i], entries[i + 1]);
        }
        return map;
    }

    /** As Kubernetes names things. */
    private static String name(String text) {
        return text.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-").replaceAll("^-|-$", "");
    }
}
