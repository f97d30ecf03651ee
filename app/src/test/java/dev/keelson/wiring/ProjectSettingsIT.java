package dev.keelson.wiring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.http.SettingsService;
import dev.keelson.project.Project;
import dev.keelson.registry.AuditEntry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Settings of a real project file, changed while it is open. */
final class ProjectSettingsIT {
    private static final InstantSource CLOCK = InstantSource.fixed(Instant.parse("2024-02-10T00:00:00Z"));
    private static final String REST = """
            monitors:
              drift: { model: up, policy: acis, share: ${SHARE:-30%}, current: "last 7d, at least 100 rows" }  # what moved
              decay: { model: up, metric: log_loss, worse_by: 5% }
            policies:
              promote:
                models: up          # all there is
                guards: [predictions >= 100]
            schedules:
              drift: { cron: "0 2 * * *", run: drift }
            """;

    @TempDir
    Path folder;

    private Path file;
    private LiveBackend backend;
    private SettingsService settings;

    @BeforeEach
    void open() throws Exception {
        Project project = PriceProject.in(folder, PriceProject.model("up", "logistic") + REST.replace("${SHARE:-30%}", "\"${SHARE:-30%}\""));
        file = project.file();
        backend = LiveBackend.open(project, () -> project, () -> Map.of("SHARE", "40%"), CLOCK);
        settings = backend.settings();
    }

    @AfterEach
    void close() {
        backend.close();
    }

    private JsonNode one(String path) {
        return settings.list().path("settings").valueStream().filter(each -> each.path("path").asText().equals(path)).findFirst().orElseThrow();
    }

    private void set(String path, String value) {
        settings.set(Map.of(path, value), null, "ann", "It alarms too often.");
    }

    @Test
    void aChangeIsWrittenCountsAtOnceAndIsInTheTrail() throws Exception {
        String before = Files.readString(file);
        Map<String, String> values = new LinkedHashMap<>();
        values.put("monitors.drift.current", "last 14d, at least 500 rows");
        values.put("monitors.decay.worse_by", "5%"); // as it is
        values.put("schedules.drift.cron", "30 4 * * *");
        values.put("policies.promote.approve", "person");

        JsonNode answer = settings.set(values, settings.list().path("revision").asText(), "ann", "It alarms too often.");

        assertThat(Files.readString(file))
                .isEqualTo(before.replace("last 7d, at least 100 rows", "last 14d, at least 500 rows")
                        .replace("0 2 * * *", "30 4 * * *")
                        .replace("    guards: [predictions >= 100]\n", "    guards: [predictions >= 100]\n    approve: person\n"));
        assertThat(answer.path("changed")).hasSize(3);
        assertThat(answer.path("revision")).isEqualTo(settings.list().path("revision"));
        assertThat(backend.project().drift().getFirst().window()).isEqualTo(Duration.ofDays(14));
        assertThat(backend.project().promotion().getFirst().approval()).isTrue();
        assertThat(backend.schedules().list().path("schedules").path(0).path("sentence").asText()).isEqualTo("every day at 04:30, UTC");
        assertThat(backend.audit(null, 9))
                .extracting(AuditEntry::action, AuditEntry::actor, AuditEntry::reason)
                .contains(tuple(
                        "setting changed", "ann",
                        "monitors.drift.current: last 7d, at least 100 rows → last 14d, at least 500 rows: It alarms too often."));
        assertThat(backend.audit(null, 9).getFirst().evidence()).contains("\"before\":", "\"line\":", "keelson.yaml");
    }

    @Test
    void onlyWhatHasAnEffectIsOffered() {
        assertThat(settings.list().path("settings").valueStream().map(each -> each.path("path").asText()))
                .contains("monitors.drift.share", "policies.promote.refresh.margin", "policies.promote.approve", "schedules.drift.on_drift")
                .doesNotContain("monitors.decay.share", "monitors.drift.worse_by", "monitors.decay.policy", "monitors.drift.metric");
        assertThat(one("monitors.drift.share").path("fixed").asText()).contains("environment");
        assertThat(one("policies.promote.change.alpha").path("written").asBoolean()).isFalse();
    }

    @Test
    void everythingThatIsWrongIsToldAtOnceAndNothingIsWritten() throws Exception {
        String before = Files.readString(file);
        Map<String, String> values = new LinkedHashMap<>();
        values.put("foo.bar", "1");
        values.put("monitors.decay.worse_by", "700%");
        values.put("schedules.drift.cron", "61 * * * *");
        values.put("monitors.drift.current", "last 9d");

        assertThatThrownBy(() -> settings.set(values, null, "ann", "Why not."))
                .isInstanceOfSatisfying(KeelsonException.class, e -> assertThat(e.problems())
                        .extracting(each -> each.message())
                        .satisfiesExactly(
                                none -> assertThat(none).isEqualTo("There is no setting (foo.bar)."),
                                one -> assertThat(one).startsWith("monitors.decay.worse_by: ").contains("700%"),
                                two -> assertThat(two).startsWith("schedules.drift.cron: ").contains("the minute is `61`, and 0 to 59 was expected")));
        assertThatThrownBy(() -> settings.set(Map.of("monitors.decay.worse_by", "7%"), null, "ann", " ")).hasMessageContaining("reason");
        assertThat(Files.readString(file)).isEqualTo(before);
        assertThat(backend.audit(null, 9)).isEmpty();
    }

    @Test
    void aChangeByAnotherHandIsNotOverwritten() throws Exception {
        String revision = settings.list().path("revision").asText();
        Files.writeString(file, Files.readString(file) + "# a word\n");

        assertThatThrownBy(() -> settings.set(Map.of("monitors.decay.worse_by", "7%"), revision, "ann", "Why not."))
                .isInstanceOfSatisfying(KeelsonException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CONFLICT));
        assertThat(Files.readString(file)).endsWith("# a word\n").contains("worse_by: 5%");
        assertThat(ProjectFileText.replace(file, "something else", "new")).isFalse();
        assertThat(folder).isDirectoryNotContaining("glob:**.new");
    }

    @Test
    void permissionsAndLinksStay() throws Exception {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        Path real = Files.createDirectory(folder.resolve("config")).resolve("real.yaml");
        Files.move(file, real);
        Files.createSymbolicLink(file, real);

        set("monitors.decay.worse_by", "7%");

        assertThat(Files.isSymbolicLink(file)).isTrue();
        assertThat(Files.readString(real)).contains("worse_by: 7%");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(real))).isEqualTo("rw-r--r--");
    }

    @Test
    void whatCannotBeWrittenLeavesNoTrace() throws Exception {
        Files.delete(file);

        assertThatThrownBy(() -> set("monitors.decay.worse_by", "7%"))
                .isInstanceOfSatisfying(KeelsonException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.PROJECT_NOT_FOUND));
        assertThat(backend.audit(null, 9)).isEmpty();
    }
}
