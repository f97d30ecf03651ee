package dev.keelson.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** Schedules through the commands, where no server runs. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class ScheduleIT {
    @TempDir
    static Path folder;

    @BeforeAll
    static void makeTheProject() throws IOException {
        TinyLeague.make(folder);
        Path file = folder.resolve("keelson.yaml");
        String text = Pattern.compile("(?ms)^schedules:\\R(?:[ #].*?\\R|\\R)*").matcher(Files.readString(file)).replaceAll("");
        Files.writeString(file, text);
        Files.writeString(file, """

                schedules:
                  features: { cron: "0 1 * * *", run: materialize }
                  checks:   { cron: "*/30 6-22 * * 1-5", run: validate, missed: skip, jitter: 2m }
                  weekly:   { cron: "0 3 * * SUN", run: retrain, zone: Europe/London, missed: all }
                """, StandardOpenOption.APPEND);
    }

    private static Cli keelson(String line) {
        return Cli.run(folder, line.split(" "));
    }

    @Test
    @Order(1)
    void listSaysWhenInWords() {
        Cli list = keelson("schedule list");
        JsonNode json = keelson("schedule list --json").json();

        assertThat(list.code()).as(list.err()).isZero();
        assertThat(list.out()).contains("every day at 01:00, Europe/London", "every Sunday at 03:00, Europe/London");
        assertThat(json.path("schedules")).hasSize(3);
        assertThat(json.at("/schedules/0/next")).hasSize(3);
        assertThat(json.at("/schedules/0/last")).isEmpty();
    }

    @Test
    @Order(2)
    void runDoesItNowAndTellsWhatCameOfIt() {
        Cli loaded = keelson("schedule run features --json");
        Cli trained = keelson("schedule run weekly --reason Monday");
        Cli checked = keelson("schedule run checks");

        assertThat(loaded.code()).as(loaded.out() + loaded.err()).isIn(0, 1);
        assertThat(loaded.json().at("/jobs/0/state").asText()).isEqualTo("done");
        assertThat(loaded.json().at("/jobs/0/message").asText()).contains("rows loaded");
        assertThat(trained.code()).as(trained.out() + trained.err()).isZero();
        assertThat(trained.out()).contains("football-1x2 v1, champion", "It is the first version and serves.");
        assertThat(checked.code()).as(checked.out() + checked.err()).isIn(0, 1);
        assertThat(checked.out()).contains("of 1 sources passed.");
        Cli listed = keelson("schedule list");
        assertThat(listed.out()).contains("done: 2 of 2 models (", "football-1x2-odds", "of 1 sources passed.");
        assertThat(keelson("schedule list --json").json().at("/schedules/2/outcome/message").asText()).contains("2 of 2 models");
    }

    @Test
    @Order(3)
    void logTellsWhatRan() {
        JsonNode jobs = keelson("schedule log --json").json().path("jobs");
        String id = keelson("schedule log --schedule weekly --json").json().at("/jobs/0/id").asText();
        Cli one = keelson("schedule log " + id);

        assertThat(jobs).hasSize(4); // two models are trained
        assertThat(one.code()).as(one.err()).isZero();
        assertThat(one.out()).contains("done", "Training ");
        assertThat(keelson("schedule log --state failed --json").json().path("jobs")).isEmpty();
        assertThat(keelson("schedule log nothing").code()).isEqualTo(2);
        assertThat(keelson("schedule cancel " + id).err()).contains("has ended: done");
    }

    @Test
    @Order(4)
    void pausedScheduleHasNoNextRun() {
        Cli paused = keelson("schedule pause features --reason Feed");
        JsonNode one = keelson("schedule list --json").json().at("/schedules/0");
        Cli resumed = keelson("schedule resume features");

        assertThat(paused.out()).contains("rests");
        assertThat(one.path("paused").asBoolean()).isTrue();
        assertThat(one.path("next")).isEmpty();
        assertThat(one.path("reason").asText()).isEqualTo("Feed");
        assertThat(resumed.out()).contains("goes on: next 2");
        assertThat(keelson("schedule pause nothing").code()).isEqualTo(2);
        assertThat(keelson("audit show --json").json().toString()).contains("schedule paused", "schedule resumed");
    }

    @Test
    @Order(5)
    void schedulesAreExported() {
        String cron = keelson("schedule export --cron").out();
        String systemd = keelson("schedule export --systemd").out();
        String kubernetes = keelson("schedule export --kubernetes --image example/keelson:1").out();

        assertThat(cron).contains("CRON_TZ=", "*/30 6-22 * * 1-5 cd ", "keelson schedule run weekly --reason cron");
        assertThat(cron)
                .contains("# Not expressed: `jitter: 2m` of checks", "# Not expressed: `missed: once` of features", "# Not expressed: `missed: all` of weekly")
                .doesNotContain("`missed: skip`");
        assertThat(systemd).contains("# Not expressed: `missed: all` of weekly").doesNotContain("`jitter");
        assertThat(kubernetes).contains("# Not expressed: `jitter: 2m` of checks", "# Not expressed: `missed: all` of weekly").doesNotContain("`missed: once`");
        assertThat(systemd).contains("OnCalendar=Sun *-*-* 3:0:00 Europe/London", "RandomizedDelaySec=120", "Persistent=false");
        assertThat(kubernetes).contains("kind: CronJob", "timeZone: Europe/London", "startingDeadlineSeconds: 300", "example/keelson:1");
        assertThat(keelson("schedule export").code()).isEqualTo(2);
    }

    @Test
    @Order(5)
    void findingIsNoFailedJobOfKubernetes() throws Exception {
        String yaml = keelson("schedule export --kubernetes --image example/keelson:1").out();
        Path keelson = folder.resolve("keelson");
        Files.writeString(keelson, "#!/bin/sh\nexit $CODE\n");
        assertThat(keelson.toFile().setExecutable(true)).isTrue();
        Object job = new Load(LoadSettings.builder().build()).loadAllFromString(yaml).iterator().next();
        JsonNode command = new ObjectMapper().valueToTree(job).at("/spec/jobTemplate/spec/template/spec/containers/0/command");
        assertThat(command).hasSize(3);

        for (int code = 0; code < 4; code++) {
            ProcessBuilder shell = new ProcessBuilder(command.valueStream().map(JsonNode::asText).toList());
            shell.environment().put("CODE", Integer.toString(code));
            shell.environment().put("PATH", folder + ":" + System.getenv("PATH"));
            assertThat(shell.start().waitFor()).as("exit code %d of %s", code, command).isEqualTo(code == 1 ? 0 : code);
        }
        Files.delete(keelson);
    }

    @Test
    @Order(6)
    void jobThatFailsForGoodIsAnAlertUntilTheNextOneSucceeds() throws IOException {
        Path data = folder.resolve("data/football/matches.csv");
        Path away = folder.resolve("data/football/away.csv");
        Files.move(data, away);
        Cli failed = keelson("schedule run features");
        Cli open = keelson("alerts list");
        String id = keelson("alerts list --json").json().at("/alerts/0/id").asText();
        Cli known = keelson("alerts ack " + id + " --reason Looking");
        Files.move(away, data);
        Cli again = keelson("schedule run features");

        assertThat(failed.code()).isEqualTo(2);
        assertThat(open.code()).isOne();
        assertThat(open.out()).contains("materialize failed", "open");
        assertThat(known.out()).contains("acknowledged", "Looking", "keelson schedule log ");
        assertThat(again.code()).as(again.err()).isIn(0, 1);
        assertThat(keelson("alerts list").code()).isZero();
        assertThat(keelson("alerts show " + id).out()).contains("resolved");
        assertThat(keelson("alerts snooze " + id + " 7d").err()).contains("was resolved");
        assertThat(keelson("alerts list --all --json").json().path("alerts").valueStream()
                        .map(each -> each.path("kind").asText())
                        .filter("failure"::equals))
                .hasSize(1);
    }
}
