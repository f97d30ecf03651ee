package dev.keelson.console;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.console.Console.Visit;
import dev.keelson.console.view.SettingsView;
import dev.keelson.console.view.Shell;
import dev.keelson.http.Backend;
import dev.keelson.project.ProjectReader;
import dev.keelson.project.ServeDefinition.Role;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Thresholds, windows and times of the project file: what they are, where they are written, and the form that writes them there. */
final class SettingsPage {
    private static final int SEEN = 1_000;
    private static final int CHANGES = 20;

    private final Backend backend;
    private final Visit visit;
    private final ZoneId zone;

    SettingsPage(Backend backend, Visit visit) {
        this.backend = backend;
        this.visit = visit;
        this.zone = backend.project().zone();
    }

    SettingsView view(Shell shell) {
        JsonNode list = backend.settings().list();
        Map<String, List<SettingsView.Row>> groups = new LinkedHashMap<>();
        for (JsonNode each : list.path("settings")) {
            String path = each.path("path").asText();
            String group = group(path);
            groups.computeIfAbsent(group, name -> new ArrayList<>()).add(row(each, path.substring(group.length() + 1)));
        }
        return new SettingsView(
                shell,
                list.path("file").asText(),
                list.path("revision").asText(),
                groups.entrySet().stream().map(each -> new SettingsView.Group(each.getKey(), each.getValue())).toList(),
                backend.audit(null, SEEN).stream()
                        .filter(each -> each.action().equals("setting changed"))
                        .limit(CHANGES)
                        .map(each -> new SettingsView.Change(Moments.of(each.at(), zone), each.actor(), each.reason()))
                        .toList(),
                visit.may(Role.ADMIN) ? "" : "Your token may look at them; changing one needs the role admin.");
    }

    /** {@code monitors.drift} of {@code monitors.drift.current}. */
    private static String group(String path) {
        int first = path.indexOf('.');
        int second = path.indexOf('.', first + 1);
        return second < 0 ? path.substring(0, first) : path.substring(0, second);
    }

    private static SettingsView.Row row(JsonNode setting, String label) {
        String value = setting.path("value").asText();
        List<String> choices = new ArrayList<>();
        setting.path("choices").forEach(each -> choices.add(each.asText()));
        if (!choices.isEmpty() && !choices.contains(value)) {
            choices.addFirst(value);
        }
        return new SettingsView.Row(
                setting.path("path").asText(),
                label,
                value,
                choices,
                setting.path("description").asText().replace("`", ""),
                setting.path("expected").asText().replace("`", ""),
                from(setting),
                setting.path("standard").isTextual() ? setting.path("standard").asText() : "",
                setting.path("fixed").isTextual() ? setting.path("fixed").asText() : "");
    }

    /** {@code keelson.yaml:12:5}, or that the standard counts. */
    static String from(JsonNode setting) {
        return setting.path("line").isNumber()
                ? "%s:%d:%d".formatted(ProjectReader.FILE_NAME, setting.path("line").asInt(), setting.path("column").asInt())
                : "not written";
    }
}
