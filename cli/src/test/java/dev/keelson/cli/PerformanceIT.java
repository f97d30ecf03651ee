package dev.keelson.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A model that others serve, whose relation changed for one plan after 90 of 150 days; and one that stays good. */
final class PerformanceIT {
    private static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");
    private static final int DAYS = 150;
    private static final int PER_DAY = 20;

    @TempDir
    static Path folder;

    @BeforeAll
    static void handIn() throws IOException {
        Files.writeString(folder.resolve("rows.csv"), "id,t,x\n1,2026-01-01,2\n");
        Files.writeString(folder.resolve("keelson.yaml"), """
                keelson: 1
                project: watched
                timezone: UTC
                sources:
                  rows: { file: rows.csv, key: id, event_time: t, known_after: 1d, columns: { id: string, t: date, x: double } }
                elsewhere:
                  churn: { classes: [stay, leave], features: [tenure, plan] }
                  spend: { features: [size] }
                  hours: { features: [size] }
                monitors:
                  certain: { models: ["churn", "h*"], metric: brier }
                  worse: { models: [churn, spend], metric: [log_loss, accuracy, mae], limits: [accuracy >= 90%, mae <= 3] }
                  moved: { models: [churn, spend], policy: recommended }
                schedules:
                  decay: { cron: "0 5 * * *", run: decay, on_decay: retrain }
                """);
        StringBuilder churn = new StringBuilder();
        StringBuilder spend = new StringBuilder();
        SplittableRandom random = new SplittableRandom(11);
        for (int i = 0; i < DAYS * PER_DAY; i++) {
            int day = i / PER_DAY;
            Instant at = BEGIN.plus(Duration.ofDays(day)).plusSeconds(60L * i % 86_400);
            double x = random.nextGaussian();
            double p = 1 / (1 + Math.exp(-1.5 * x));
            int plan = i % 3;
            boolean leaves = random.nextDouble() < (day >= 90 && plan == 2 ? 1 - p : p);
            String outcome = day < DAYS - 5
                    ? ", \"outcome\": \"%s\", \"outcome_known_at\": \"%s\"".formatted(leaves ? "leave" : "stay", at.plus(Duration.ofDays(5)))
                    : "";
            churn.append("{\"entity\": \"c%d\", \"event_time\": \"%s\", \"at\": \"%s\", \"probabilities\": {\"stay\": %s, \"leave\": %s}, \"features\": {\"tenure\": %s, \"plan\": %d}%s}%n"
                    .formatted(i, at, at, 1 - p, p, x, plan, outcome));
            spend.append("{\"entity\": \"s%d\", \"event_time\": \"%s\", \"at\": \"%s\", \"value\": %s, \"features\": {\"size\": %s}, \"outcome\": \"%s\", \"outcome_known_at\": \"%s\"}%n"
                    .formatted(i, at, at, x, day < 120 ? x : x + 2, x + random.nextGaussian(), at)); // sizes in another unit
        }
        Files.writeString(folder.resolve("churn.jsonl"), churn);
        Files.writeString(folder.resolve("spend.jsonl"), spend);
        for (String model : new String[] {"churn", "spend"}) {
            Cli submitted = keelson("predictions submit %s %s.jsonl".formatted(model, model));
            assertThat(submitted.code()).as(submitted.err()).isZero();
        }
    }

    private static Cli keelson(String line) {
        return Cli.run(folder, line.split(" "));
    }

    @Test
    void windowsTellWhatIsRealisedEstimatedAndStillToCome() {
        Cli shown = keelson("performance show churn --window month");
        JsonNode json = keelson("performance show churn --window month --json").json();

        assertThat(shown.code()).as(shown.err()).isZero();
        assertThat(shown.err()).contains("Half of the outcomes are known 5 days after the event", "The estimates must not be believed.");
        assertThat(json.path("windows")).hasSize(5);
        JsonNode april = json.path("windows").get(3);
        assertThat(april.at("/realised/metrics/log_loss/value").asDouble())
                .isGreaterThan(april.at("/estimated/log_loss/upper").asDouble());
        assertThat(json.at("/windows/4/mature").asBoolean()).isFalse();
        assertThat(json.at("/worst/segments/0/conditions/0").asText()).isEqualTo("plan = 2");
        assertThat(json.at("/calibration/verdict").asText()).isEqualTo("miscalibrated");
    }

    @Test
    void checkIsANoWithWhereItGotWorse() {
        Cli checked = keelson("performance check --model churn");
        Cli fine = keelson("performance check --model spend --json");

        assertThat(checked.code()).as(checked.out() + checked.err()).isEqualTo(1);
        assertThat(checked.out()).contains("log_loss", "decayed", "plan = 2");
        assertThat(checked.err()).contains("churn, limits: Beyond the limit: accuracy", "accuracy >= 0.9 is the limit");
        assertThat(fine.json().at("/reports/0/limits/metrics/0/condition").asText()).isEqualTo("mae <= 3");
        assertThat(fine.json().at("/reports/0/limits/verdict").asText()).isEqualTo("kept");
        assertThat(keelson("alerts list --kind decay").out()).contains("churn");
        assertThat(fine.code()).isZero();
        assertThat(fine.json().at("/reports/0/verdict").asText()).isIn("none", "not_enough_evidence");
        assertThat(fine.json().at("/reports/0/metrics")).hasSize(1); // the mean absolute error alone suits numbers
    }

    @Test
    void aModelThatNoMetricSuitsIsSkippedWithARemark() {
        Cli checked = keelson("performance check");
        JsonNode json = keelson("performance check --json").json();
        Cli alone = keelson("performance check --model hours");

        assertThat(checked.code()).as(checked.err()).isEqualTo(1);
        assertThat(checked.out()).contains("churn", "spend");
        assertThat(checked.err()).contains("hours is not judged");
        assertThat(json.path("reports")).hasSize(2);
        assertThat(json.path("skipped")).extracting(JsonNode::asText).containsExactly("hours");
        assertThat(alone.code()).isEqualTo(2);
        assertThat(alone.err()).contains("with a metric that suits it");
    }

    @Test
    void aModelThatAMonitorNamesByItselfMustBeJudged() throws IOException {
        String text = Files.readString(folder.resolve("keelson.yaml")).replace("\"h*\"", "hours");
        Files.writeString(Files.createDirectory(folder.resolve("named")).resolve("keelson.yaml"), text);
        Files.copy(folder.resolve("rows.csv"), folder.resolve("named/rows.csv"));

        Cli validated = Cli.run(folder.resolve("named"), "validate");

        assertThat(validated.code()).isEqualTo(2);
        assertThat(validated.err())
                .contains("the model `hours` predicts numbers, and `monitors.certain.metric` has nothing that suits it", "Maybe add `mae`");
        assertThat(keelson("validate").code()).isZero();
    }

    @Test
    void theJobRaisesAnAlertWithTheWorstSegmentAndTrainsNothingHere() {
        Cli ran = keelson("schedule run decay --json");
        JsonNode alerts = keelson("alerts list --kind decay --json").json();

        assertThat(ran.code()).as(ran.out() + ran.err()).isEqualTo(1);
        assertThat(ran.json().path("jobs")).hasSize(2);
        assertThat(ran.out()).contains("decayed");
        assertThat(alerts.path("alerts"))
                .extracting(each -> each.path("cause").asText())
                .containsExactlyInAnyOrder("decay/churn", "calibration/churn", "limit/churn/accuracy");
        JsonNode alert = alerts.path("alerts").valueStream().filter(each -> each.path("cause").asText().startsWith("decay")).findFirst().orElseThrow();
        assertThat(alert.path("kind").asText()).isEqualTo("decay");
        assertThat(alert.path("model").asText()).isEqualTo("churn");
        assertThat(alert.toString()).contains("Worst where plan = 2", "keelson performance show churn");
    }

    @Test
    void whatIsHandedInIsHeldAgainstTheFirstThatWas() {
        Cli moved = keelson("drift check --model spend --json");
        Cli quiet = keelson("drift check --model churn");
        Cli report = keelson("drift report --model spend");

        assertThat(moved.code()).as(moved.out() + moved.err()).isEqualTo(1);
        assertThat(moved.json().at("/reports/0/verdict").asText()).isEqualTo("alarm");
        assertThat(moved.json().at("/reports/0/reason").asText()).contains("size").doesNotContain("prediction,");
        assertThat(keelson("alerts list --kind drift --json").json().path("alerts"))
                .singleElement()
                .satisfies(alert -> assertThat(alert.path("cause").asText()).isEqualTo("drift/spend"));
        assertThat(quiet.code()).as(quiet.out() + quiet.err()).isZero();
        assertThat(report.code()).as(report.err()).isZero();
        assertThat(report.out()).contains("size", "prediction");
    }

    @Test
    void whatIsWrongIsSaidWithWhatWasExpected() {
        assertThat(keelson("performance show churm").err()).contains("There is no model (churm)", "churn");
        assertThat(keelson("performance show churn --window fortnight").err()).contains("`day`, `week`, `month` or days such as `7d`");
    }
}
