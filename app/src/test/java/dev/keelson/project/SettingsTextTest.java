package dev.keelson.project;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class SettingsTextTest {
    private static final String TEXT =
            """
            # the head — stays
            monitors:
              drift:
                models: football-*
                current: last 7d, at least 100 rows     # extended back
                policy: 'acis'
                share: &share 30%
                watch: { margin: 1/AvgH }
              decay: { model: a, metric: log_loss, worse_by: "5%" }

            policies:
              promote:                                  # who replaces whom
                models: a
                guards: [predictions >= 100, days >= 7]
                # the last word

            schedules:
              drift:    { cron: "0 2 * * *", run: drift, on_drift: "${ON_DRIFT:-alert}" }
              weekly:
                cron: 0 3 * * SUN
                run: retrain
            """;

    private static SettingsText settings(String text) {
        return SettingsText.of(Path.of("keelson.yaml"), text);
    }

    private static Setting one(SettingsText of, String path) {
        return of.settings().stream().filter(each -> each.path().equals(path)).findFirst().orElseThrow();
    }

    @Test
    void everySettingTellsWhereItIsWrittenAndWhatCountsOtherwise() {
        SettingsText settings = settings(TEXT);

        assertThat(one(settings, "monitors.drift.current").location()).hasToString("keelson.yaml:5:14");
        assertThat(one(settings, "monitors.drift.policy").choices()).contains("recommended", "acis");
        assertThat(one(settings, "policies.promote.guards[1]").value()).isEqualTo("days >= 7");
        assertThat(settings.settings())
                .extracting(Setting::path, Setting::value, Setting::standard)
                .contains(
                        tuple("monitors.decay.worse_by", "5%", "5%"),
                        tuple("policies.promote.refresh.margin", null, "0.005 log_loss"),
                        tuple("policies.promote.change.alpha", null, "0.05"),
                        tuple("schedules.weekly.missed", null, "once"));
        assertThat(one(settings, "schedules.drift.on_drift").fixed()).contains("environment");
        assertThat(settings.settings()).extracting(Setting::path).doesNotContain("monitors.drift.models", "monitors.drift.watch.margin", "schedules.weekly.run");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            monitors.drift.current     | last 14d, at least 50 rows | current: last 7d, at least 100 rows | current: last 14d, at least 50 rows
            monitors.drift.policy      | recommended                | 'acis'                              | 'recommended'
            monitors.drift.share       | 0.25                       | &share 30%                          | &share 0.25
            monitors.decay.worse_by    | 7%                         | "5%"                                | "7%"
            monitors.decay.metric      | brier                      | metric: log_loss,                   | metric: brier,
            policies.promote.guards[0] | predictions >= 500         | [predictions >= 100,                | [predictions >= 500,
            schedules.weekly.cron      | */5 * * * *                | cron: 0 3 * * SUN                   | cron: "*/5 * * * *"
            schedules.drift.cron       | 0 4 * * *                  | "0 2 * * *"                         | "0 4 * * *"
            """)
    void oneScalarIsExchangedAndEverythingElseStays(String path, String value, String before, String after) {
        String changed = settings(TEXT).with(path, value).text();

        assertThat(changed).isEqualTo(TEXT.replace(before, after)).isNotEqualTo(TEXT);
    }

    @Test
    void whatIsNotWrittenYetIsAddedAtTheEndOfItsMapping() {
        Map<String, String> values = new LinkedHashMap<>();
        values.put("policies.promote.refresh.margin", "0.01 brier");
        values.put("policies.promote.approve", "person");
        values.put("schedules.weekly.missed", "skip");
        values.put("schedules.drift.jitter", "5m");

        String changed = settings(TEXT).with(values).text();

        assertThat(changed)
                .isEqualTo(TEXT.replace(
                                "    guards: [predictions >= 100, days >= 7]\n",
                                "    guards: [predictions >= 100, days >= 7]\n    refresh: { margin: 0.01 brier }\n    approve: person\n")
                        .replace("    run: retrain\n", "    run: retrain\n    missed: skip\n")
                        .replace("alert}\" }", "alert}\", jitter: 5m }"));
        assertThat(one(settings(changed), "policies.promote.refresh.margin").value()).isEqualTo("0.01 brier");
    }

    @Test
    void linesEndAsTheyDoInTheFileAndItsEndNeedsNoLineFeed() {
        String windows = TEXT.replace("\n", "\r\n");

        assertThat(settings(windows).with("schedules.weekly.missed", "skip").text())
                .isEqualTo(windows.replace("    run: retrain\r\n", "    run: retrain\r\n    missed: skip\r\n"));
        assertThat(settings(TEXT.strip()).with("schedules.weekly.missed", "skip").text()).endsWith("run: retrain\n    missed: skip\n");
    }

    @Test
    void charactersBeyondTheBasicPlaneShiftNothing() {
        String text = "# 🏈🏈🏈\nmonitors:\n  drift: { share: 30%, policy: acis } # 🏈\n";

        assertThat(settings(text).with("monitors.drift.share", "20%").text()).isEqualTo(text.replace("30%", "20%"));
        assertThat(settings(text).with("monitors.drift.current", "last 9d").text())
                .isEqualTo(text.replace("policy: acis }", "policy: acis, current: last 9d }"));
    }

    @Test
    void whatAnAliasSharesIsNotChangedByTheWay() {
        String text = "monitors:\n  one: { share: &s 30%, policy: acis }\n  two: { share: *s, policy: acis }\n";

        assertThatThrownBy(() -> settings(text).with("monitors.one.share", "20%"))
                .isInstanceOf(KeelsonException.class)
                .hasMessageContaining("cannot be changed alone");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a\nb: c", "${HOME}", "  "})
    void valuesThatAreNoneAreRefused(String value) {
        assertThatThrownBy(() -> settings(TEXT).with("monitors.drift.share", value))
                .isInstanceOfSatisfying(KeelsonException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.BAD_VALUE));
    }

    @Test
    void everythingThatIsWrongIsToldAtOnce() {
        Map<String, String> values = new LinkedHashMap<>();
        values.put("monitors.drift.shares", "1");
        values.put("schedules.drift.on_drift", "retrain");
        values.put("monitors.decay.worse_by", "7%");

        assertThatThrownBy(() -> settings(TEXT).with(values))
                .isInstanceOfSatisfying(KeelsonException.class, e -> assertThat(e.problems()).hasSize(2))
                .hasMessageContaining("There is no setting (monitors.drift.shares)");
    }

    /** Whatever is typed is either refused or is what is read back, alone. */
    @ParameterizedTest
    @ValueSource(strings = {"a: b", "x # y", "- 1", "'", "\"", "\\", "[a]", "{a: b}", "*s", "&s", "!t", "|", ">", "%", "@", "`", "~", "null", "a,b", ": ", "?", "é🏈", "1, 2 }", "no"})
    void anyTextIsReadBackAsItWasTyped(String value) {
        for (String path : new String[] {"monitors.drift.share", "monitors.decay.worse_by", "monitors.decay.metric", "schedules.drift.jitter", "schedules.weekly.missed"}) {
            SettingsText changed = settings(TEXT).with(path, value);

            assertThat(one(settings(changed.text()), path).value()).isEqualTo(value);
            assertThat(changed.text().lines().filter(line -> !TEXT.lines().toList().contains(line))).hasSize(1);
        }
    }
}
