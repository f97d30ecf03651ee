package dev.keelson.http.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.http.SeededBackend;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is asked about policies and replays, by forms of the console and over HTTP. */
class HistoryFormsTest {
    private static KeelsonServer server;
    private static Client client;

    @BeforeAll
    static void start() {
        server = KeelsonServer.start(SeededBackend.seeded(), KeelsonServer.DEFAULT_HOST, 0);
        client = new Client(server.url());
    }

    @AfterAll
    static void stop() {
        client.close();
        server.stop();
    }

    private static Client.Answer submit(String page, String form) {
        return client.post(
                "/models/football-1x2/" + page, form, "Content-Type", "application/x-www-form-urlencoded", "Accept", "text/html");
    }

    private static JsonNode asked(String list, String field) {
        return client.get("/api/v1/" + list).json().path(field).path(0).path("asked");
    }

    @Test
    void formOfPoliciesAsksForAllThatTheCommandCan() {
        String page = client.get("/models/football-1x2/policies").text();
        Client.Answer answer = submit(
                "policies",
                "from=2020-01-01&to=2020-06-01&step=28d&every=2&retrain_cost=40&loss_value=2.5"
                        + "&policies=every_tick&policies=any_version&changes=2020-02-01%2C+2020-03-01");

        assertThat(page).contains("name=\"to\"", "name=\"loss_value\"", "name=\"changes\"", "value=\"drift_recommended\"");
        assertThat(answer.status()).isEqualTo(303);
        JsonNode asked = asked("policy-comparisons", "policy_comparisons");
        assertThat(asked.path("to").asText()).isEqualTo("2020-06-01");
        assertThat(asked.path("every").asInt()).isEqualTo(2);
        assertThat(asked.path("loss_value").asDouble()).isEqualTo(2.5);
        assertThat(asked.path("policies")).extracting(JsonNode::asText).containsExactly("every_tick", "any_version");
        assertThat(asked.path("changes")).extracting(JsonNode::asText).containsExactly("2020-02-01", "2020-03-01");
    }

    @Test
    void formOfAReplayBeginsIt() {
        String page = client.get("/models/football-1x2/replay").text();
        Client.Answer answer = submit("replay", "from=2020-01-01&step=14d&policies=never_retrain&all_models=true");

        assertThat(page).contains("<summary>Replay</summary>", "value=\"always_retrain\"", "All models of the project");
        assertThat(answer.status()).isEqualTo(303);
        JsonNode asked = asked("replay-runs", "replay_runs");
        assertThat(asked.path("step").asText()).isEqualTo("14d");
        assertThat(asked.path("all_models").asBoolean()).isTrue();
        assertThat(asked.path("policies")).extracting(JsonNode::asText).containsExactly("never_retrain");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            policies        | step=1s                           | The step (1s) must be at least a minute.
            policies        | step=0s&every=0                   | The steps between two trained models (every: 0) must be at least 1.
            policies        | loss_value=0                      | The value of a unit of loss (loss_value: 0.0) must be above 0.
            policies        | retrain_cost=-5                   | The price of a retraining (retrain_cost: -5.0) must be at least 0.
            policies        | retrain_cost=abc                  | of retrain_cost is wrong; expected the price of a retraining, a number.
            policies/advice | from=abc                          | of from is wrong; expected the first day, such as 2024-08-01.
            policies        | changes=2020-01-01+soon           | of changes is wrong; expected days on which the world is known to have changed
            replay          | from=2020-02-01&to=2020-01-01     | The first day (from: 2020-02-01) must be before the day after the last one (to: 2020-01-01).
            replay          | step=soon                         | of step is wrong; expected the length of a step, such as 7d or 1h.
            """)
    void whatCannotBeAskedForIsToldInPlainSentences(String page, String form, String sentence) {
        Client.Answer answer = submit(page, form);

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.text()).contains(sentence).doesNotContain("PT", "null");
    }

    @Test
    void allProblemsOfABodyAreToldAtOnce() {
        Client.Answer answer = client.post(
                "/api/v1/models/football-1x2/policy-comparisons",
                "{\"from\":\"abc\",\"to\":7,\"policies\":\"every_tick\",\"form\":1}",
                "Content-Type",
                "application/json");

        assertThat(answer.status()).isEqualTo(400);
        List<String> details = answer.json().path("errors").findValuesAsText("detail");
        assertThat(details).hasSize(4);
        assertThat(details.get(0)).startsWith("The body has no field (form)");
        assertThat(details.get(2)).isEqualTo("The value (7) of to is wrong; expected the day after the last one, such as 2024-08-01.");
    }
}
