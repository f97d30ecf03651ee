package dev.keelson.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.http.server.KeelsonServer;
import dev.keelson.wiring.LiveBackend;
import dev.keelson.wiring.Projects;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs and experiments through the commands, alone and beside a server. */
final class RunsIT {
    private static final String MODEL = "football-1x2";

    @TempDir
    static Path folder;

    @BeforeAll
    static void train() throws IOException {
        TinyLeague.make(folder);
        Path file = folder.resolve("keelson.yaml");
        Files.writeString(
                file,
                Files.readString(file)
                        .replaceFirst(
                                "(?m)^    learner: .*$",
                                """
                                    learner: { logistic: { l2: 100 } }
                                    tune: { trials: 3, batch: 1, pruner: median, space: { l2: 1..10000 log } }\
                                """));
        ok("data", "load", "--json");
        ok("train", MODEL, "--json");
        ok("tune", MODEL, "--json");
    }

    private static Cli keelson(String... words) {
        return Cli.run(folder, words);
    }

    private static Cli ok(String... words) {
        Cli done = keelson(words);
        assertThat(done.code()).as(done.out() + done.err()).isZero();
        return done;
    }

    private static List<String> ids(JsonNode runs) {
        List<String> ids = new ArrayList<>();
        runs.forEach(run -> ids.add(run.path("id").asText()));
        return ids;
    }

    @Test
    void aTrainingIsWhatClientsOfMlflowExpect() {
        JsonNode run = ok("runs", "show", "models:/" + MODEL + "@champion", "--json").json();

        assertThat(run.path("model").asText()).isEqualTo(MODEL);
        assertThat(run.path("name").asText()).startsWith("full to ");
        assertThat(run.path("metrics").path("accuracy")).isEqualTo(run.path("metrics").path("test_accuracy"));
        assertThat(run.path("metrics").properties().stream().map(Map.Entry::getKey))
                .contains("accuracy", "precision", "recall", "f1_score", "roc_auc");
        assertThat(run.path("params").properties().stream().map(Map.Entry::getKey))
                .contains("train_samples", "test_samples", "feature_count", "seed");
        assertThat(run.path("inputs").path(0).path("name").asText()).isEqualTo("matches");
        assertThat(run.path("inputs").path(0).path("digest").asText()).hasSize(32);
        assertThat(run.path("tags").path("mlflow.source.name").asText()).isEqualTo("keelson");
        assertThat(run.path("tags").path("mlflow.user").asText()).isNotBlank();
        assertThat(run.path("artifacts").findValuesAsText("path")).contains("importance.csv");
        assertThat(run.path("checklist").isEmpty()).isFalse();
        assertThat(ok("reproduce", MODEL + "@latest").out()).isNotBlank();
    }

    @Test
    void aSearchIsAParentWithCurves() {
        JsonNode search = ok("runs", "list", "-E", MODEL + "/tune", "--json").json().path("runs").path(0);
        String id = search.path("id").asText();

        JsonNode trials = ok("runs", "list", "--parent", id, "--order", "metrics.log_loss", "--columns", "metrics.log_loss:@0,params.l2", "--json")
                .json()
                .path("runs");
        JsonNode nested = ok("runs", "list", "-E", MODEL + "/tune", "--nested", "--json").json().path("runs");

        assertThat(search.path("children").asInt()).isEqualTo(3);
        assertThat(search.path("metrics").has("best_log_loss")).isTrue();
        assertThat(trials).hasSize(3);
        assertThat(trials.path(0).path("parent").asText()).isEqualTo(id);
        assertThat(trials.path(0).path("metrics").toString()).startsWith("{\"log_loss:@0\":");
        assertThat(ids(nested)).hasSize(4).contains(id);
    }

    @Test
    void runsAreComparedAndExported() throws IOException {
        List<String> trials = ids(ok("runs", "list", "-E", MODEL + "/tune", "--nested", "--filter", "params.trial LIKE '%'", "--json")
                .json()
                .path("runs"));

        Cli compared = ok("runs", "compare", trials.get(0), trials.get(1));
        JsonNode table = ok("runs", "compare", trials.get(0), trials.get(1), "--curve", "log_loss", "--json").json();
        String csv = ok("runs", "export", "-E", MODEL, "--columns", "metrics.accuracy,note").out();
        ok("runs", "export", "--format", "jsonl", "--to", "all.jsonl");

        assertThat(compared.out()).contains("param\tl2\t").doesNotContain("metric_key");
        assertThat(table.path("curves").path("log_loss")).hasSize(2);
        assertThat(csv.lines()).hasSize(2).first().asString().endsWith(",parent,metrics.accuracy,tags.mlflow.note.content");
        assertThat(Files.readAllLines(folder.resolve("all.jsonl"))).hasSize(2);
        assertThat(keelson("runs", "export", "--format", "xml").code()).isEqualTo(2);
        assertThat(keelson("runs", "export", trials.getFirst()).code()).isEqualTo(2);
        assertThat(keelson("runs", "compare", trials.getFirst(), "ffffffff").code()).isEqualTo(2);
    }

    @Test
    void aServerMakesTheSameChangesThatAreMadeWithoutOne() {
        changes("alone");
        try (LiveBackend backend = LiveBackend.open(Projects.read(folder, Map.of()), InstantSource.system());
                KeelsonServer server = KeelsonServer.start(backend, KeelsonServer.DEFAULT_HOST, 0)) {
            backend.serving(KeelsonServer.DEFAULT_HOST, server.port());
            changes("served");
        }
    }

    private static void changes(String name) {
        String champion = MODEL + "@champion";
        JsonNode before = ok("runs", "show", champion, "--json").json();
        String id = before.path("id").asText();

        ok("runs", "note", "models:/" + MODEL + "/latest", "look at " + name);
        ok("runs", "tag", champion, "team=" + name, "--name", name + " run");
        JsonNode noted = ok("runs", "show", id, "--json").json();
        ok("runs", "tag", id, "--remove", "team", "--name", before.path("name").asText());
        ok("runs", "delete", id);
        JsonNode deleted = ok("runs", "list", "--deleted", "--json").json().path("runs");
        Cli refused = keelson("runs", "note", id, "late");
        ok("runs", "restore", id);
        ok("experiments", "create", name + "/first");
        ok("experiments", "rename", name + "/first", name + "/second");
        ok("experiments", "delete", name + "/second");
        String gone = ok("experiments", "list", "--deleted").out();
        ok("experiments", "restore", name + "/second");

        assertThat(noted.path("note").asText()).isEqualTo("look at " + name);
        assertThat(noted.path("name").asText()).isEqualTo(name + " run");
        assertThat(noted.path("tags").path("team").asText()).isEqualTo(name);
        assertThat(ids(deleted)).containsExactly(id);
        assertThat(refused.code()).isEqualTo(2);
        assertThat(refused.err()).contains("K312");
        assertThat(gone).contains(name + "/second");
        assertThat(ok("runs", "list", "--filter", "tags.`mlflow.note.content` LIKE '%" + name + "'", "--columns", "note").out())
                .startsWith(id)
                .contains("look at " + name);
        assertThat(ok("runs", "show", id, "--json").json().path("tags").has("team")).isFalse();
    }

    @Test
    void whatIsNotThereIsToldWithWhatIs() {
        assertThat(keelson("runs", "list", "-E", "footbal-1x2").err()).contains(MODEL);
        assertThat(keelson("runs", "show", "models:/" + MODEL + "/Staging").err()).contains("no version in the stage Staging");
        assertThat(keelson("runs", "show", "models:/" + MODEL).code()).isEqualTo(2);
        assertThat(keelson("runs", "list", "--filter", "metrics.a ~ 3").code()).isEqualTo(2);
        assertThat(keelson("runs", "list", "--columns", "speed").err()).contains("metrics.KEY:min");
        assertThat(keelson("runs", "tag", MODEL + "@1").code()).isEqualTo(2);
        assertThat(ok("explain", "models:/" + MODEL + "/latest", "--rows", "50").out()).isNotBlank();
        assertThat(ok("explain", MODEL, "--model-version", "v1", "--rows", "50").out()).isNotBlank();
    }

    @Test
    void allColumnsAndAPageThatIsNotThereAreTold() {
        assertThat(ok("runs", "list", "-E", MODEL, "--columns", "*", "--json").json().at("/runs/0").properties().stream().map(Map.Entry::getKey))
                .contains("metrics", "params", "tags");
        assertThat(ok("runs", "list", "--columns", "*").out()).contains("1..10000 log", "PROJECT");
        assertThat(ok("runs", "list", "--page", "99").err())
                .contains("There is no page 99 of 50 runs each")
                .doesNotContain("There are no runs yet");
    }

    @Test
    void filesOfTheChampionAreLookedAt() {
        JsonNode verified = ok("runs", "files", MODEL + "@champion", "--verify", "--json").json();

        assertThat(verified.path("lost").isNull()).isTrue();
        assertThat(keelson("doctor").out()).contains("champion " + MODEL).contains("has all its files");
    }

    @Test
    void experimentOfAModelStays() {
        Cli deleted = keelson("experiments", "delete", MODEL);
        Cli renamed = keelson("experiments", "rename", MODEL, "another");

        assertThat(List.of(deleted.code(), renamed.code())).containsOnly(2);
        assertThat(deleted.err()).contains("K310", "is that of a model of the project file");
    }
}
