package dev.keelson.http.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.http.SeededBackend;
import dev.keelson.project.ServeDefinition;
import dev.keelson.registry.alert.Alert;
import dev.keelson.registry.alert.AlertQuery;
import dev.keelson.registry.job.Job;
import dev.keelson.registry.job.JobQuery;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The pages of schedules, jobs and alerts, over HTTP. */
final class OperationPagesTest {
    private static final String WHO = "&actor=ann&reason=It+is+known.";

    private SeededBackend backend;
    private KeelsonServer server;
    private Client client;

    @BeforeEach
    void start() {
        backend = SeededBackend.seeded().withOperations();
        server = KeelsonServer.start(backend, KeelsonServer.DEFAULT_HOST, 0);
        client = new Client(server.url());
    }

    @AfterEach
    void stop() {
        client.close();
        server.stop();
    }

    private String alert(String kind) {
        return backend.alerts().list(new AlertQuery(Set.of(Alert.State.OPEN), kind, null, null, 1)).path("alerts").path(0).path("id").asText();
    }

    @Test
    void schedulesTellInWordsWhenTheyRanAndRunNext() {
        String page = client.get("/schedules").text();

        assertThat(page)
                .contains("Every day at 02:00", "an alarm trains", "Every Sunday at 03:00", "Europe/London")
                .contains("datetime=\"2020-07-07T01:00:00Z\">2020-07-07 02:00</time>", "the last of them runs")
                .contains("finding</span>", "alarm: 3 of 9 columns moved.", "took 9.0 s")
                .contains("failed</span>", "The file (matches.csv) is gone.")
                .contains("Running and waiting now", "40 %", "action=\"/schedules/drift/run\"", "action=\"/schedules/weekly/pause\"");
    }

    @Test
    void everythingThatIsWrongWithARequestIsToldAtOnce() {
        String retraining = client.post(
                        "/api/v1/retraining",
                        "{\"models\": [\"football-1x2\"], \"kind\": \"fulll\", \"trigger\": \"x\", \"if_drifted\": 1, \"modells\": 2}")
                .text();

        assertThat(retraining).contains("fulll", "trigger", "if_drifted", "(modells)", "The reason is missing");
    }

    @Test
    void everythingThatIsWrongWithAChangeIsToldAtOnce() {
        String thresholds = client.post(
                        "/api/v1/retraining", "{\"all\": true, \"thresholds\": {\"margin\": \"x\", \"alpha\": true, \"margn\": 1}, \"callback\": 5}")
                .text();
        String job = client.post("/api/v1/jobs", "{\"run\": \"drift\", \"on_drift\": \"x\", \"model\": \"none\", \"modell\": 1}").text();
        String snooze = client.post("/api/v1/alerts/none/snooze", "{\"for\": \"long\", \"resaon\": \"x\"}").text();
        String schedule = client.post("/api/v1/schedules/drift/pause", "{\"resaon\": \"x\"}").text();
        String settings = client.patch(
                        "/api/v1/settings",
                        "{\"settings\": {\"monitors.drift.shar\": 1, \"monitors.drift.share\": [], \"monitors.decay.worse_by\": \"700%\"}, \"revison\": \"x\"}")
                .text();
        String baseline = client.post("/api/v1/baselines", "{\"model\": \"none\", \"source\": \"yesterday\", \"sorce\": 1}").text();
        String suggestion = client.post("/api/v1/suggestions/none/accept", "{\"resaon\": \"x\"}").text();

        assertThat(thresholds).contains("thresholds.margin", "thresholds.alpha", "(margn)", "callback", "The reason is missing");
        assertThat(job).contains("(modell)", "on_drift", "(none)", "The reason is missing");
        assertThat(snooze).contains("(resaon)", "Maybe `reason` was meant.", "The reason is missing", "a duration such as 12h", "no alert (none)");
        assertThat(schedule).contains("(resaon)", "The reason is missing");
        assertThat(settings)
                .contains("(revison)", "The reason is missing", "settings.monitors.drift.share", "monitors.drift.shar", "monitors.decay.worse_by: ");
        assertThat(baseline).contains("(sorce)", "The reason is missing", "yesterday", "(none)");
        assertThat(suggestion).contains("(resaon)", "The reason is missing", "no suggestion (none)");
    }

    @Test
    void aScheduleIsRunPausedAndResumedByItsForms() {
        Client.Answer nameless = client.post("/schedules/drift/run", "reason=x");
        Client.Answer run = client.post("/schedules/drift/run", WHO.substring(1));
        Client.Answer paused = client.post("/schedules/drift/pause", WHO.substring(1));
        String held = client.get("/schedules").text();
        Client.Answer resumed = client.post("/schedules/drift/resume", WHO.substring(1));

        assertThat(nameless.status()).isEqualTo(400);
        assertThat(run.status()).isEqualTo(303);
        assertThat(backend.schedules().jobs(JobQuery.ofSchedule("drift", 9).in(Job.State.WAITING)).path("jobs")).hasSize(2);
        assertThat(paused.header("Location")).isEqualTo("/schedules");
        assertThat(held).contains("paused</span>", "by ann: It is known.", "not while it is paused", "action=\"/schedules/drift/resume\"");
        assertThat(resumed.status()).isEqualTo(303);
        assertThat(client.get("/schedules").text()).contains("action=\"/schedules/drift/pause\"");
        assertThat(client.post("/schedules/none/run", WHO.substring(1)).status()).isEqualTo(404);
    }

    @Test
    void jobsAreFilteredAndOneShowsItsLogAndIsCancelled() {
        String all = client.get("/jobs").text();
        String drift = client.get("/jobs?kind=drift&model=football-1x2&state=done").text();
        String running = client.get("/jobs/asked-retrain-football-1x2-odds-0").text();
        String planned = client.get("/jobs/drift.football-1x2%402020-07-05T09:00:00Z").text();
        Client.Answer cancelled = client.post("/jobs/cancel", "id=asked-retrain-football-1x2-0" + WHO);

        assertThat(all).contains("train anew", "load and materialize", "check for drift");
        assertThat(drift).contains("3 of 9 columns moved").doesNotContain("no column moved", "gone.");
        assertThat(running)
                .contains("running</span>", "value=\"40\"", "Training training-7 &lt;b&gt;begins&lt;/b&gt;.", "42.0 s so far.")
                .contains("How long it takes is unknown", "1 of at most 3", "hx-trigger=\"every 1s\"", "action=\"/jobs/cancel\"");
        assertThat(planned).contains("finding</span>", "alarm: 3 of 9 columns moved.", "/models/football-1x2/drift").doesNotContain("hx-trigger");
        assertThat(cancelled.header("Location")).isEqualTo("/jobs/asked-retrain-football-1x2-0");
        assertThat(client.get("/jobs/asked-retrain-football-1x2-0").text()).contains("cancelled</span>").doesNotContain("action=\"/jobs/cancel\"");
        assertThat(client.get("/jobs/none").status()).isEqualTo(404);
        assertThat(client.get("/jobs?state=sleeping").status()).isEqualTo(400);
    }

    @Test
    void theInboxTellsWhatHowBadAndWhatHelps() {
        String page = client.get("/alerts").text();
        String failures = client.get("/alerts?state=all&kind=failure").text();
        String one = client.get("/alerts/" + alert("drift")).text();

        assertThat(page)
                .contains("3 columns moved: elo, form, odds", "drift of football-1x2", "2 times", "It is so &lt;b&gt;since&lt;/b&gt; this morning.")
                .contains("critical</span>", "open</span>", "keelson schedule log", "/models/football-1x2/drift")
                .contains("class=\"open-alerts\">2<", "telegram", "sent</span>", "failed</span>", "does not know the mailbox")
                .doesNotContain("drift failed</a>", "<b>since");
        assertThat(failures).contains("drift failed", "resolved</span>").doesNotContain("elo, form, odds</a>");
        assertThat(one).contains("Where it was told", "telegram", "raised: ", "action=\"/alerts\"", "drift/football-1x2");
        assertThat(client.get("/alerts/none").status()).isEqualTo(404);
        assertThat(client.get("/alerts?state=asleep").status()).isEqualTo(400);
    }

    @Test
    void alertsAreChangedTogetherByWhoAndWhy() {
        String drift = alert("drift");
        String failure = alert("failure");
        Client.Answer none = client.post("/alerts", "verb=acknowledge" + WHO);
        Client.Answer nameless = client.post("/alerts", "verb=acknowledge&alert=" + drift);
        Client.Answer foreign = client.post("/alerts", "verb=resolve&alert=" + drift + WHO, "Origin", "http://elsewhere.example");
        Client.Answer known = client.post("/alerts", "verb=acknowledge&alert=%s&alert=%s&back=/alerts%%3Fstate%%3Dall".formatted(drift, failure) + WHO);
        String page = client.get("/alerts").text();
        Client.Answer silent = client.post("/alerts", "verb=snooze&for=7d&back=//elsewhere.example&alert=" + drift + WHO);
        Client.Answer over = client.post("/alerts", "verb=resolve&alert=" + failure + WHO);

        assertThat(none.status()).isEqualTo(400);
        assertThat(nameless.status()).isEqualTo(400);
        assertThat(foreign.status()).isEqualTo(403);
        assertThat(known.header("Location")).isEqualTo("/alerts?state=all");
        assertThat(page).contains("acknowledged</span>", "ann: It is known.").doesNotContain("open-alerts");
        assertThat(silent.header("Location")).isEqualTo("/alerts");
        assertThat(backend.alerts().one(drift).path("snoozed_until").asText()).isEqualTo("2020-07-13T09:00:00Z");
        assertThat(over.status()).isEqualTo(303);
        assertThat(client.post("/alerts", "verb=resolve&alert=" + failure + WHO).status()).isEqualTo(409);
        assertThat(backend.audit(null, 9)).extracting(each -> each.action()).contains("alert resolved", "alert snoozed", "alert acknowledged");
    }

    private static final String PROMOTED = "suggestion-promote-football-1x2-job%2Ffootball-1x2";
    private static final String PROMOTION = "/suggestions/" + PROMOTED;
    private static final String TRAINING = "/suggestions/suggestion-retrain-football-1x2-odds-new";

    @Test
    void suggestionsTellWhatWouldHaveBeenDoneAndWhatItRestsOn() {
        String waiting = client.get("/suggestions").text();
        String all = client.get("/suggestions?state=all&model=football-1x2-odds").text();
        String promotion = client.get(PROMOTION).text();
        String training = client.get(TRAINING).text();

        assertThat(waiting)
                .contains("Promote v8 of football-1x2</a>", "href=\"" + PROMOTION, "Train football-1x2-odds again", "waiting</span>")
                .contains("&lt;b&gt;worse&lt;/b&gt;", "href=\"/suggestions\" data-key=\"4\" class=\"on\"")
                .doesNotContain("dismissed</span>", "<b>worse");
        assertThat(all).contains("dismissed</span>", "bob<small>The season ends.</small>", "waiting</span>").doesNotContain("Promote v8");
        assertThat(promotion)
                .contains("<h1>Promote v8 of football-1x2</h1>", "What it rests on", "How it turned out", "v8 will answer every request of football-1x2")
                .contains("value=\"accept\"", "value=\"dismiss\"", "name=\"suggestion\" value=\"suggestion-promote-football-1x2-job/football-1x2\"", "/registry/football-1x2/versions/8");
        assertThat(training).contains("drift checks alarmed", "/models/football-1x2-odds/drift");
        assertThat(client.get("/suggestions/none").status()).isEqualTo(404);
        assertThat(client.get("/suggestions?state=asleep&page=0").text()).contains("asleep", "parameter page");
    }

    @Test
    void aSuggestionIsAnsweredByWhoAndWhy() {
        Client.Answer nameless = client.post("/suggestions", "verb=dismiss&suggestion=" + PROMOTED + "&reason=x");
        Client.Answer reasonless = client.post("/suggestions", "verb=dismiss&suggestion=" + PROMOTED + "&actor=ann");
        Client.Answer foreign = client.post("/suggestions", "verb=dismiss&suggestion=" + PROMOTED + WHO, "Origin", "http://elsewhere.example");
        Client.Answer dismissed = client.post("/suggestions", "verb=dismiss&suggestion=" + PROMOTED + WHO);
        Client.Answer again = client.post("/suggestions", "verb=accept&suggestion=" + PROMOTED + WHO);
        Client.Answer accepted = client.post("/suggestions", "verb=accept&suggestion=suggestion-retrain-football-1x2-odds-new" + WHO);

        assertThat(nameless.status()).isEqualTo(400);
        assertThat(reasonless.status()).isEqualTo(400);
        assertThat(client.post("/suggestions", "verb=perhaps&suggestion=" + PROMOTED + WHO).status()).isEqualTo(400);
        assertThat(foreign.status()).isEqualTo(403);
        assertThat(dismissed.header("Location")).isEqualTo(PROMOTION);
        assertThat(client.get(PROMOTION).text()).contains("dismissed</span>", "ann</dd>", "It is known.").doesNotContain("value=\"dismiss\"");
        assertThat(again.status()).isEqualTo(409);
        assertThat(accepted.status()).as(accepted.text()).isEqualTo(409); // its retraining is under way
        assertThat(accepted.text()).contains("is under way");
        assertThat(backend.audit("football-1x2", 9)).extracting(each -> each.action()).contains("suggestion dismissed");
    }

    @Test
    void whatNeedsAPersonIsToldFirstAndOnce() {
        String page = client.get("/").text();

        assertThat(page)
                .containsSubsequence("materialize failed", "v8 of football-1x2 would have been promoted")
                .contains("keelson suggestions show suggestion-promote", "href=\"" + PROMOTION, "href=\"/alerts/" + alert("drift"))
                .containsOnlyOnce("3 columns moved: elo, form, odds")
                .doesNotContain("Nothing needs you", "bob");
        assertThat(page.indexOf("would have been promoted")).isLessThan(page.indexOf("set aside"));
    }

    @Test
    void aChannelIsTried() {
        Client.Answer tried = client.post("/alert-channels/mail/test", "actor=bob");

        assertThat(tried.header("Location")).isEqualTo("/alerts#channels");
        assertThat(client.get("/alerts").text()).contains("does not know the mailbox", "Send a test");
        assertThat(client.post("/alert-channels/none/test", "actor=bob").status()).isEqualTo(404);
    }

    @Test
    void retrainingTellsWhatItTakesAndWhatCameOfIt() {
        String page = client.get("/retraining").text();

        assertThat(page)
                .contains("Train all", "Train all incrementally", "Auto-retrain", "Train one")
                .contains("about 8.6 s one after the other") // of one by the run of its version
                .contains("football-1x2: 10.0 s (9.0 s to 11.0 s, 3 times)", "football-1x2: 4.3 s (once so far)", "football-1x2-odds: 4.3 s (once so far)", "football-1x2-odds: unknown")
                .contains("Asked for last", "0 of 2 models processed: 0 drifted, 0 retrained, 0 promoted, 0 errors.", "2 models</dd>", "40 % fitting")
                .contains("hx-trigger=\"every 5s\"");
    }

    @Test
    void modelsAreTrainedByTheButtons() {
        Client.Answer nameless = client.post("/retraining", "button=full&reason=x");
        Client.Answer wrong = client.post("/retraining", "button=sometimes" + WHO);
        Client.Answer unknown = client.post("/retraining", "button=full&model=none" + WHO);
        Client.Answer all = client.post("/retraining", "button=auto" + WHO);
        Client.Answer one = client.post("/retraining", "button=incremental&model=football-1x2" + WHO);
        var jobs = backend.schedules().jobs(new JobQuery(Set.of(Job.State.WAITING), null, null, null, null, 9)).path("jobs");

        assertThat(nameless.status()).isEqualTo(400);
        assertThat(wrong.status()).as(wrong.text()).isEqualTo(400);
        assertThat(unknown.status()).isEqualTo(404);
        assertThat(all.header("Location")).isEqualTo("/retraining");
        assertThat(one.status()).isEqualTo(303);
        assertThat(jobs.valueStream().filter(each -> each.path("kind").asText().equals("retraining")).map(each -> each.path("arguments").toString()))
                .containsExactlyInAnyOrder(
                        "{\"trigger\":\"drift\",\"kind\":\"full\",\"if_drifted\":true,\"models\":[\"football-1x2\",\"football-1x2-odds\"],\"thresholds\":{}}",
                        "{\"trigger\":\"manual\",\"kind\":\"update\",\"if_drifted\":false,\"models\":[\"football-1x2\"],\"thresholds\":{}}");
        assertThat(client.get("/retraining").text())
                .contains("football-1x2, incrementally", "2 models, only where they have drifted, as the loop would by itself", "It has not begun.", "It is known.");
    }

    @Test
    void settingsAreShownWithTheirPlacesAndWritten() {
        String page = client.get("/settings").text();
        String revision = backend.settings().list().path("revision").asText();
        String change = "&set.monitors.drift.share=25%25&set.monitors.drift.policy=acis&set.monitors.drift.current=last+7d%2C+at+least+100+rows";
        Client.Answer stale = client.post("/settings", "revision=old" + change + WHO);
        Client.Answer wrong = client.post("/settings", "revision=" + revision + "&set.monitors.decay.worse_by=700%25&set.schedules.drift.cron=x" + WHO);
        Client.Answer written = client.post("/settings", "revision=" + revision + change + WHO);
        String after = client.get("/settings").text();

        assertThat(page)
                .contains("monitors.drift</h2>", "form=\"write-monitors.drift\" name=\"set.monitors.drift.share\" value=\"30%\"", "keelson.yaml:20:", "not written", "0.005 log_loss")
                .contains("<option value=\"\" selected>not set</option><option value=\"person\">", "name=\"revision\" value=\"" + revision)
                .doesNotContain("set.monitors.decay.share");
        assertThat(stale.status()).isEqualTo(409);
        assertThat(wrong.status()).as(wrong.text()).isEqualTo(400);
        assertThat(wrong.text()).contains("monitors.decay.worse_by: ", "schedules.drift.cron: ");
        assertThat(written.header("Location")).isEqualTo("/settings");
        assertThat(after).contains("value=\"25%\"", "monitors.drift.share: 30% → 25%: It is known.");
        assertThat(client.post("/settings", "revision=x" + change + WHO, "Origin", "http://elsewhere.example").status()).isEqualTo(403);
    }

    @Test
    void settingsAreListedAndWrittenOverHttp() {
        Client.Answer list = client.get("/api/v1/settings");
        Client.Answer changed = client.patch("/api/v1/settings", "{\"settings\":{\"monitors.drift.share\":0.2},\"reason\":\"Why not.\"}");
        Client.Answer none = client.patch("/api/v1/settings", "{\"settings\":{},\"reason\":\"Why not.\"}");
        Client.Answer unknown = client.patch("/api/v1/settings", "{\"settings\":{\"monitors.drift.shar\":0.2},\"reason\":\"Why not.\"}");

        assertThat(list.json().path("settings").valueStream().map(each -> each.path("path").asText())).contains("monitors.drift.share");
        assertThat(changed.json().path("changed").path(0).path("after").asText()).isEqualTo("0.2");
        assertThat(none.status()).isEqualTo(400);
        assertThat(unknown.status()).isEqualTo(404);
    }

    @Test
    void adminTellsEverythingOnOnePage() {
        String page = client.get("/admin").text();

        assertThat(page)
                .contains("Production models", "ROC-AUC", "Check football-1x2 for drift", "action=\"/models/football-1x2/drift\"")
                .contains("Train all", "Tracking and registry", "Experiments", "Waiting for a person")
                .contains("monitors.drift.share", "keelson.yaml:20:", "Every day at 02:00", "/schedules", "/settings", "/registry")
                .doesNotContain("NaN");
        KeelsonServer bare = KeelsonServer.start(SeededBackend.empty(), KeelsonServer.DEFAULT_HOST, 0);
        try (Client user = new Client(bare.url())) {
            assertThat(user.get("/admin").text()).contains("none yet", "They cannot be read: There is no project file");
            assertThat(user.get("/retraining").text()).contains("nobody pressed a button", "Expected time: unknown");
        } finally {
            bare.stop();
        }
    }

    @Test
    void whoMayOnlyLookIsOfferedNothingToPress() {
        ServeDefinition serve = new ServeDefinition(
                null, Map.of("board", new ServeDefinition.Token("board-board-board-board", ServeDefinition.Role.READ)), List.of(), List.of(),
                ServeDefinition.Limits.DEFAULT);
        KeelsonServer guarded =
                KeelsonServer.start(SeededBackend.seeded().withOperations().serving(serve), KeelsonServer.DEFAULT_HOST, 0);
        String[] token = {"Authorization", "Bearer board-board-board-board"};
        try (Client reader = new Client(guarded.url())) {
            for (String page : List.of("/schedules", "/jobs/asked-retrain-football-1x2-0", "/alerts", "/admin", "/retraining", "/settings", "/suggestions", TRAINING)) {
                assertThat(reader.get(page, token).text())
                        .as(page)
                        .doesNotContain("name=\"actor\"", "method=\"post\" action=\"/schedules", "action=\"/settings", "type=\"checkbox\"");
            }
            assertThat(reader.get("/settings", token).text()).contains("needs the role admin", "30%");
            for (String form : List.of("/schedules/drift/run", "/jobs/cancel", "/alerts", "/retraining", "/settings", "/alert-channels/mail/test", "/suggestions")) {
                assertThat(reader.post(form, WHO, token).status()).as(form).isEqualTo(403);
            }
            assertThat(reader.patch("/api/v1/settings", "{}", token).status()).isEqualTo(403);
        } finally {
            guarded.stop();
        }
    }

    @Test
    void withoutAnythingEachPageSaysWhy() {
        KeelsonServer bare = KeelsonServer.start(SeededBackend.empty(), KeelsonServer.DEFAULT_HOST, 0);
        try (Client user = new Client(bare.url())) {
            assertThat(user.get("/alerts").text()).contains("no job has raised an alert", "names no channel").doesNotContain("open-alerts");
            assertThat(user.get("/schedules").text()).contains("Nothing runs or waits.");
            assertThat(user.get("/jobs").text()).contains("no schedule was due");
            assertThat(user.get("/suggestions").text()).contains("Nothing yet: suggestions come where");
        } finally {
            bare.stop();
        }
    }
}
