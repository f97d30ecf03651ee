package dev.keelson.wiring;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.error.AllProblems;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Location;
import dev.keelson.error.Problem;
import dev.keelson.http.SettingsService;
import dev.keelson.id.Sha256;
import dev.keelson.project.Project;
import dev.keelson.project.Setting;
import dev.keelson.project.SettingsText;
import dev.keelson.registry.AuditEntry;
import dev.keelson.registry.spi.Catalog;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The settings of a project file, read from it each time and written to it. Safe for use by several threads. */
final class ProjectSettings implements SettingsService {
    /** So many digits of the hash of a file tell its states apart. */
    private static final int REVISION = 16;

    private final Path file;
    private final Supplier<Map<String, String>> variables;
    private final Catalog catalog;
    private final InstantSource clock;
    private final Consumer<Project> changed;
    private Applicable applicable = new Applicable("", List.of());

    /** What can be set in one state of the file. */
    private record Applicable(String revision, List<Setting> settings) {}

    /** One setting that becomes another. */
    private record Change(String path, String before, String after, @Nullable Location location) {
        ObjectNode json() {
            return JsonNodeFactory.instance
                    .objectNode()
                    .put("path", path)
                    .put("before", before)
                    .put("after", after)
                    .put("line", location == null ? null : (Integer) location.line());
        }
    }

    /**
     * Settings of a file.
     *
     * @param variables what the file is read with
     * @param changed is told the project as the file says it then
     */
    ProjectSettings(
            Path file, Supplier<Map<String, String>> variables, Catalog catalog, InstantSource clock, Consumer<Project> changed) {
        this.file = file;
        this.variables = variables;
        this.catalog = catalog;
        this.clock = clock;
        this.changed = changed;
    }

    @Override
    public synchronized JsonNode list() {
        String text = ProjectFileText.read(file);
        String revision = revision(text);
        if (!applicable.revision().equals(revision)) {
            applicable = new Applicable(revision, applicable(SettingsText.of(file, text)));
        }
        ObjectNode document = JsonNodeFactory.instance.objectNode().put("file", file.toString()).put("revision", revision);
        ArrayNode list = document.putArray("settings");
        applicable.settings().forEach(each -> list.add(json(each)));
        return document;
    }

    /** What is written, and of what is not what could be: a share has no effect where another rule decides. */
    private List<Setting> applicable(SettingsText text) {
        List<Setting> settings = new ArrayList<>();
        for (Setting each : text.settings()) {
            if (each.value() != null || reads(text, each)) {
                settings.add(each);
            }
        }
        return settings;
    }

    private boolean reads(SettingsText text, Setting unwritten) {
        try {
            String standard = unwritten.standard();
            read(text.with(unwritten.path(), standard == null ? unwritten.choices().getFirst() : standard));
            return true;
        } catch (KeelsonException e) {
            return false; // it has no effect there, as the check of the file says
        }
    }

    private Project read(SettingsText text) {
        return Projects.read(file, text.text(), variables.get());
    }

    private static ObjectNode json(Setting setting) {
        Location place = setting.location();
        ObjectNode node = JsonNodeFactory.instance
                .objectNode()
                .put("path", setting.path())
                .put("value", setting.effective())
                .put("written", setting.value() != null)
                .put("standard", setting.standard())
                .put("description", setting.description())
                .put("expected", setting.expected())
                .put("line", place == null ? null : (Integer) place.line())
                .put("column", place == null ? null : (Integer) place.column())
                .put("fixed", setting.fixed());
        ArrayNode choices = node.putArray("choices");
        setting.choices().forEach(choices::add);
        return node;
    }

    /**
     * What is to be written.
     *
     * @param before the file's text
     * @param project of the text after
     */
    private record Planned(String before, SettingsText after, Project project, List<Change> changes) {}

    @Override
    public synchronized void check(Map<String, String> values, @Nullable String revision) {
        planned(values, revision);
    }

    @Override
    public synchronized JsonNode set(Map<String, String> values, @Nullable String revision, String actor, String reason) {
        AllProblems all = new AllProblems();
        if (reason.isBlank()) {
            all.add(List.of(Problem.of(
                    ErrorCode.BAD_REQUEST, "The reason is missing; expected one sentence for the audit trail.", null)));
        }
        Optional<Planned> found = all.of(() -> planned(values, revision));
        all.throwIfAny();
        Planned planned = found.orElseThrow();
        if (!planned.changes().isEmpty()) {
            write(planned.before(), planned.after().text(), planned.changes(), actor, reason);
            changed.accept(planned.project());
        }
        ObjectNode document = JsonNodeFactory.instance
                .objectNode()
                .put("file", file.toString())
                .put("revision", revision(planned.after().text()));
        ArrayNode list = document.putArray("changed");
        planned.changes().forEach(each -> list.add(each.json()));
        return document;
    }

    private Planned planned(Map<String, String> values, @Nullable String revision) {
        String text = ProjectFileText.read(file);
        if (revision != null && !revision.equals(revision(text))) {
            throw changedMeanwhile();
        }
        SettingsText before = SettingsText.of(file, text);
        Map<String, Setting> known =
                before.settings().stream().collect(Collectors.toMap(Setting::path, each -> each, (a, b) -> a, LinkedHashMap::new));
        Map<String, String> wanted = new LinkedHashMap<>(values);
        wanted.replaceAll((path, value) -> value.strip());
        wanted.entrySet().removeIf(each -> {
            Setting setting = known.get(each.getKey());
            return setting != null && each.getValue().equals(setting.effective());
        });
        List<Problem> problems = new ArrayList<>();
        SettingsText after = before.with(wanted, problems);
        Project project = checked(after, wanted.keySet(), problems);
        List<Change> changes = new ArrayList<>();
        for (Setting each : after.settings()) {
            Setting was = known.get(each.path());
            if (was != null && wanted.containsKey(each.path())) {
                changes.add(new Change(each.path(), was.effective(), each.effective(), each.location()));
            }
        }
        return new Planned(text, after, project, changes);
    }

    /**
     * The project of a changed text; what is wrong with a setting is told by its path, as the file has not that line.
     *
     * @param problems of settings that could not be changed, told with those of the others
     */
    private Project checked(SettingsText text, Set<String> wanted, List<Problem> problems) {
        AllProblems all = new AllProblems();
        all.add(problems);
        Optional<Project> project = all.of(() -> {
            try {
                return read(text);
            } catch (KeelsonException e) {
                throw byPath(e, text, wanted);
            }
        });
        all.throwIfAny();
        return project.orElseThrow();
    }

    private static KeelsonException byPath(KeelsonException wrong, SettingsText text, Set<String> wanted) {
        Map<Integer, String> paths = new HashMap<>();
        text.settings().stream()
                .filter(each -> each.location() != null && wanted.contains(each.path()))
                .forEach(each -> paths.put(line(each.location()), each.path()));
        List<Problem> problems = wrong.problems().stream()
                .map(each -> paths.containsKey(line(each.location()))
                        ? Problem.of(each.code(), "%s: %s.".formatted(paths.get(line(each.location())), each.message().replaceFirst("\\.$", "")), each.hint())
                        : each)
                .toList();
        return new KeelsonException(problems, wrong);
    }

    private static int line(@Nullable Location location) {
        return location == null ? 0 : location.line();
    }

    /** Both the file and the trail, or neither: what fails after the file was written puts it back. */
    private void write(String before, String after, List<Change> changes, String actor, String reason) {
        Instant now = clock.instant();
        boolean[] written = {false};
        try {
            catalog.update(tx -> {
                for (Change each : changes) {
                    tx.addAudit(new AuditEntry(
                            0, now, actor, "setting changed", "", null,
                            "%s: %s → %s: %s".formatted(each.path(), each.before(), each.after(), reason),
                            each.json().put("file", file.toString()).toString()));
                }
                if (!ProjectFileText.replace(file, before, after)) {
                    throw changedMeanwhile();
                }
                written[0] = true;
            });
        } catch (RuntimeException e) {
            if (written[0]) {
                ProjectFileText.replace(file, after, before);
            }
            throw e;
        }
    }

    private KeelsonException changedMeanwhile() {
        return new KeelsonException(
                ErrorCode.CONFLICT,
                "The project file (%s) was changed meanwhile; nothing was written.".formatted(file),
                "Maybe look at the settings again.");
    }

    private static String revision(String text) {
        return Sha256.ofBytes(text.getBytes(StandardCharsets.UTF_8)).substring(0, REVISION);
    }
}
