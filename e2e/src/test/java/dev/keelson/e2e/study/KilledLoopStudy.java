package dev.keelson.e2e.study;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.e2e.ondemand.Arguments;
import dev.keelson.e2e.ondemand.ServerProcess;
import dev.keelson.e2e.ondemand.Task;
import dev.keelson.registry.AuditEntry;
import dev.keelson.registry.ModelVersion;
import dev.keelson.registry.tracking.RegisteredVersion;
import dev.keelson.registry.tracking.Stage;
import dev.keelson.wiring.ProjectReading;
import dev.keelson.wiring.Projects;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.InstantSource;
import java.time.LocalDate;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The loop of a small project (loading, drift checks, trainings, promotions, alerts to a moody webhook) while the process that
 * trains, the server in the middle of a retraining, or the server at any moment is killed. In the end every job has come to an end,
 * no version was trained or registered twice, champion, stage and audit trail agree, every message of every alert was taken, and the
 * audit trail is sound. Options: {@code --kills} (200), {@code --seconds} (no more kills after so long; one day), {@code --seed} (1).
 */
public final class KilledLoopStudy implements Task {
    /** A training may have ended before it is hit; after so many that had, the kill is given up. */
    private static final int TRIES = 5;

    private static final Duration AT_ANY_MOMENT = Duration.ofSeconds(2);
    private static final Duration DURING_TRAINING = Duration.ofMillis(1_200);
    private static final Duration DURING_RETRAINING = Duration.ofSeconds(4);
    private static final Duration FOR_A_LOAD = Duration.ofSeconds(10);
    private static final Duration FOR_A_TRAINING = Duration.ofSeconds(20);
    private static final Duration PATIENCE = Duration.ofMinutes(15);
    private static final List<String> SCHEDULES = List.of("load", "drift", "retrain");
    private static final String PROJECT = ServerProcess.PROJECT + """
            monitors:
              drift: { model: winner, policy: recommended, current: "last 7d, at least 100 rows" }
            policies:
              promote: { models: winner, preset: recommended, watch: 60 }
            schedules:
              load:    { cron: "* * * * *", run: materialize }
              drift:   { cron: "* * * * *", run: drift, on_drift: retrain }
              retrain: { cron: "* * * * *", run: retrain }
            alerts:
              hook: { webhook: "%s", secret: "${HOOK_SECRET}" }
            """;

    @Override
    public ObjectNode run(Arguments arguments) throws Exception {
        return run(
                arguments.number("kills", 200), Duration.ofSeconds(arguments.number("seconds", 86_400)), arguments.number("seed", 1), true);
    }

    /** @param moody whether the receiver of messages fails, hangs and lies, and the source is missing at times, until the kills are over */
    static ObjectNode run(int kills, Duration most, long seed, boolean moody) throws Exception {
        Random random = new Random(seed);
        Path folder = Files.createTempDirectory("keelson-loop-");
        try (MoodyReceiver receiver = new MoodyReceiver(seed);
                HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
            if (!moody) {
                receiver.becomeHonest();
            }
            Games games = new Games(folder.resolve("games.csv"), seed);
            games.played(500);
            Files.writeString(folder.resolve(".env"), "HOOK_SECRET=of-this-study-alone\n");
            Files.writeString(folder.resolve("keelson.yaml"), PROJECT.formatted(receiver.url()));
            try (ServerProcess server = ServerProcess.trained(folder, "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")) {
                Calls calls = new Calls(http, server.url());
                AtomicBoolean over = new AtomicBoolean();
                Thread driver = Thread.ofPlatform().start(() -> drive(calls, games, over, new Random(seed + 1), moody));
                Killer killer = new Killer(server, calls, games, random);
                long end = System.nanoTime() + most.toNanos();
                for (int i = 0; i < kills && System.nanoTime() < end; i++) {
                    killer.kill(Target.ofKill(i));
                }
                over.set(true);
                driver.join();
                receiver.becomeHonest();
                games.present();
                ObjectNode node = JsonNodeFactory.instance.objectNode();
                killer.tell(node);
                boolean quiet = quiet(calls);
                return found(node, server, calls, receiver, quiet);
            }
        }
    }

    /** What a kill hits. */
    private enum Target {
        /** The process that trains. */
        WORKER,
        /** The server after a retraining was asked for. */
        RETRAINING,
        /** The server at any moment. */
        SERVER;

        private static final List<Target> TURNS = List.of(WORKER, RETRAINING, WORKER, RETRAINING, SERVER);

        static Target ofKill(int number) {
            return TURNS.get(number % TURNS.size());
        }
    }

    /** Kills, again and again. */
    private static final class Killer {
        private final ServerProcess server;
        private final Calls calls;
        private final Games games;
        private final Random random;
        private int workers;
        private int retrainings;
        private int servers;
        private int missed;

        Killer(ServerProcess server, Calls calls, Games games, Random random) {
            this.server = server;
            this.calls = calls;
            this.games = games;
            this.random = random;
        }

        void kill(Target target) {
            switch (target) {
                case WORKER -> worker();
                case RETRAINING -> {
                    retraining();
                    pause(random(DURING_RETRAINING));
                    server();
                }
                case SERVER -> {
                    pause(random(AT_ANY_MOMENT));
                    server();
                }
            }
        }

        private void server() {
            retrainings += open("retrain", "running") > 0 ? 1 : 0;
            server.kill();
            servers++;
            server.restart();
        }

        private void worker() {
            for (int tried = 1; tried <= TRIES; tried++) {
                retraining();
                long end = System.nanoTime() + FOR_A_TRAINING.toNanos();
                while (!server.trains() && System.nanoTime() < end) {
                    pause(Duration.ofMillis(10));
                }
                pause(random(DURING_TRAINING.dividedBy(tried))); // sooner, as the one before had ended by then
                if (server.killWorker()) {
                    workers++;
                    return;
                }
            }
            missed++;
        }

        /** Asks for a retraining from new rows; one that waits makes way, as a model has one at a time. */
        private void retraining() {
            games.present();
            games.played(20);
            String load = calls.post("/api/v1/schedules/load/run", "{\"actor\":\"killer\",\"reason\":\"New rows.\"}")
                    .map(asked -> asked.at("/jobs/0/id").asText())
                    .orElse("");
            long end = System.nanoTime() + FOR_A_LOAD.toNanos();
            while (goesOn(load) && System.nanoTime() < end) {
                pause(Duration.ofMillis(50));
            }
            giveUpRests(calls);
            calls.post("/api/v1/schedules/retrain/run", "{\"actor\":\"killer\",\"reason\":\"New rows.\"}");
        }

        private boolean goesOn(String job) {
            return calls.get("/api/v1/jobs/" + job)
                    .filter(document -> isOpen(document.path("state").asText()))
                    .isPresent();
        }

        private long open(String kind, String state) {
            return calls.get("/api/v1/jobs?limit=100&kind=%s&state=%s".formatted(kind, state))
                    .map(document -> document.path("jobs").size())
                    .orElse(0);
        }

        private Duration random(Duration most) {
            return Duration.ofNanos(random.nextLong(most.toNanos()));
        }

        void tell(ObjectNode node) {
            node.put("kills_of_the_training_process", workers)
                    .put("kills_of_the_server", servers)
                    .put("of_these_during_a_retraining", retrainings)
                    .put("trainings_that_ended_before_a_kill", missed);
        }
    }

    /** Asks for whatever comes to mind; answers that do not come are not missed. */
    private static void drive(Calls calls, Games games, AtomicBoolean over, Random random, boolean moody) {
        int asked = 0;
        while (!over.get()) {
            asked++;
            String why = "{\"actor\":\"driver\",\"reason\":\"Request %d.\",\"force\":true".formatted(asked);
            switch (random.nextInt(8)) {
                case 0, 1 -> {
                    games.played(2);
                    calls.post("/api/v1/schedules/load/run", why + "}");
                }
                case 2 -> calls.post("/api/v1/schedules/retrain/run", why + "}");
                case 3 -> calls.post("/api/v1/schedules/drift/run", why + "}");
                case 4 -> {
                    if (moody) {
                        games.missing();
                    }
                    calls.post("/api/v1/schedules/load/run", why + "}");
                }
                case 5 -> {
                    games.present();
                    calls.post("/api/v1/schedules/load/run", why + "}");
                }
                case 6 -> calls.get("/api/v1/models/winner/versions").ifPresent(list -> calls.post(
                        "/api/v1/models/winner/promote", why + ",\"version\":%d}".formatted(newest(list))));
                default -> calls.post(
                        "/api/v1/models/winner/predict",
                        "{\"rows\":[{\"id\":\"p%d\",\"time\":\"2026-01-01T00:00:00Z\",\"strength\":%s}]}"
                                .formatted(asked, random.nextDouble()));
            }
            pause(Duration.ofMillis(100 + random.nextInt(400)));
        }
    }

    private static int newest(JsonNode list) {
        int newest = 1;
        for (JsonNode each : list.path("versions")) {
            newest = Math.max(newest, each.path("version").asInt());
        }
        return newest;
    }

    private static void pause(Duration time) {
        try {
            TimeUnit.NANOSECONDS.sleep(time.toNanos());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Lets no new job come, and waits until all have ended and every message was taken. */
    private static boolean quiet(Calls calls) {
        for (String schedule : SCHEDULES) {
            calls.required("/api/v1/schedules/%s/pause".formatted(schedule), "{\"actor\":\"driver\",\"reason\":\"It is over.\"}");
        }
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (System.nanoTime() < end) {
            giveUpRests(calls);
            int open = calls.list("/api/v1/jobs?limit=1000&state=waiting", "jobs").size()
                    + calls.list("/api/v1/jobs?limit=1000&state=running", "jobs").size();
            if (open == 0 && deliveries(calls).stream().noneMatch(each -> each.path("state").asText().equals("waiting"))) {
                return true;
            }
            pause(Duration.ofSeconds(1));
        }
        return false;
    }

    /** A retraining that rests until there is evidence of its version would rest for days: it is told to give up. */
    private static void giveUpRests(Calls calls) {
        for (JsonNode job : calls.list("/api/v1/jobs?limit=1000&state=waiting", "jobs")) {
            if (job.path("kind").asText().equals("retrain") && !job.path("step").asText().isEmpty()) {
                calls.post(
                        "/api/v1/jobs/%s/cancel".formatted(job.path("id").asText()),
                        "{\"actor\":\"driver\",\"reason\":\"It is over.\"}");
            }
        }
    }

    private static boolean isOpen(String state) {
        return state.equals("waiting") || state.equals("running");
    }

    private static List<JsonNode> alerts(Calls calls) {
        return calls.list("/api/v1/alerts?limit=1000", "alerts");
    }

    private static List<JsonNode> deliveries(Calls calls) {
        return alerts(calls).stream()
                .flatMap(alert -> calls.list("/api/v1/alerts/" + alert.path("id").asText(), "deliveries").stream())
                .toList();
    }

    private static ObjectNode found(
            ObjectNode node, ServerProcess server, Calls calls, MoodyReceiver receiver, boolean quiet)
            throws IOException, InterruptedException {
        Map<String, Integer> states = new TreeMap<>();
        int retrainings = 0;
        int open = 0;
        for (JsonNode job : calls.list("/api/v1/jobs?limit=1000", "jobs")) {
            String state = job.path("state").asText();
            states.merge(job.path("kind").asText() + " " + state, 1, Integer::sum);
            retrainings += job.path("kind").asText().equals("retrain") && !state.equals("missed") ? 1 : 0;
            open += isOpen(state) ? 1 : 0;
        }
        ObjectNode jobs = node.putObject("jobs");
        states.forEach(jobs::put);
        List<JsonNode> alerts = alerts(calls);
        List<JsonNode> deliveries = deliveries(calls);
        long lost = deliveries.stream().filter(each -> !receiver.took(each.path("id").asText())).count();
        long untold = alerts.stream()
                .filter(alert -> deliveries.stream().noneMatch(each -> each.path("alert").asText().equals(alert.path("id").asText())))
                .count();
        node.put("alerts", alerts.size()).put("messages", deliveries.size()).put("messages_lost", lost);
        node.put("alerts_nobody_was_told_of", untold).put("messages_taken_more_than_once", receiver.again());
        ObjectNode moods = node.putObject("receiver");
        new TreeMap<>(receiver.moods()).forEach(moods::put);
        server.kill();
        ServerProcess.Said verify = server.keelson("audit", "verify");
        long wrong;
        try (ProjectReading state = ProjectReading.open(Projects.validate(server.folder(), Map.of("HOOK_SECRET", "of-this-study-alone")))) {
            wrong = registry(node, state, retrainings);
        }
        node.put("jobs_open", open).put("audit_verifies", verify.code() == 0);
        return node.put("holds", quiet && open == 0 && lost == 0 && untold == 0 && wrong == 0 && verify.code() == 0);
    }

    /** How much of the registry does not agree with itself or with what was asked. */
    private static long registry(ObjectNode node, ProjectReading state, int retrainings) {
        List<RegisteredVersion> versions = state.registered(InstantSource.system(), "winner");
        Set<String> models = new HashSet<>();
        long doubled = 0;
        for (RegisteredVersion each : versions) {
            ModelVersion trained = each.trained();
            doubled += trained == null || !models.add(trained.sha256()) ? 1 : 0;
        }
        List<AuditEntry> trail = state.audit("winner", Integer.MAX_VALUE);
        long registered = trail.stream().filter(entry -> entry.action().equals("register")).count();
        int champion = state.alias("winner", ModelVersion.CHAMPION).orElseThrow().version();
        long half = versions.stream()
                .filter(each -> (each.version() == champion) != (each.stage() == Stage.PRODUCTION))
                .count();
        int last = trail.stream()
                .filter(entry -> entry.action().equals("promote") || entry.action().equals("rollback"))
                .map(AuditEntry::version)
                .findFirst()
                .orElse(0);
        half += last == champion ? 0 : 1;
        long promotions = trail.stream().filter(entry -> entry.action().equals("promote")).count();
        node.put("versions", versions.size()).put("retrainings_asked", retrainings).put("promotions", promotions);
        node.put("versions_trained_twice", doubled).put("half_promotions", half);
        node.put("register_lines_too_many_or_few", Math.abs(registered - versions.size()));
        long more = Math.max(0, versions.size() - 1 - retrainings);
        node.put("versions_nobody_asked_for", more);
        return doubled + half + Math.abs(registered - versions.size()) + more;
    }

    /** The project's source: games come, and the file is missing at times. */
    private static final class Games {
        private final Path file;
        private final Path away;
        private final Random random;
        private LocalDate day = LocalDate.parse("2024-01-01");
        private int number;

        Games(Path file, long seed) throws IOException {
            this.file = file;
            this.away = file.resolveSibling("away.csv");
            this.random = new Random(seed);
            Files.writeString(file, "id,time,strength,result\n");
        }

        synchronized void played(int games) {
            StringBuilder rows = new StringBuilder();
            for (int i = 0; i < games; i++) {
                double strength = random.nextDouble();
                rows.append("g%d,%sT12:00:00Z,%s,%s\n"
                        .formatted(number++, day, strength, random.nextDouble() < strength ? "home" : "away"));
                day = day.plusDays(1);
            }
            try {
                Files.writeString(Files.exists(file) ? file : away, rows, StandardOpenOption.APPEND);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        synchronized void missing() {
            move(file, away);
        }

        synchronized void present() {
            move(away, file);
        }

        private static void move(Path from, Path to) {
            try {
                if (Files.exists(from)) {
                    Files.move(from, to);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** Calls of a server that may not be there. */
    private record Calls(HttpClient http, String url) {

        Optional<JsonNode> get(String path) {
            return answer(HttpRequest.newBuilder(URI.create(url + path)));
        }

        Optional<JsonNode> post(String path, String body) {
            return answer(HttpRequest.newBuilder(URI.create(url + path))
                    .header("Content-Type", "application/json")
                    .POST(BodyPublishers.ofString(body)));
        }

        void required(String path, String body) {
            if (answer(HttpRequest.newBuilder(URI.create(url + path))
                            .header("Content-Type", "application/json")
                            .POST(BodyPublishers.ofString(body)))
                    .isEmpty()) {
                throw new IllegalStateException("%s was not answered.".formatted(path));
            }
        }

        List<JsonNode> list(String path, String name) {
            JsonNode document = get(path).orElseThrow(() -> new IllegalStateException("%s was not answered.".formatted(path)));
            return document.path(name).valueStream().toList();
        }

        private Optional<JsonNode> answer(HttpRequest.Builder request) {
            try {
                HttpResponse<String> answer =
                        http.send(request.timeout(Duration.ofSeconds(20)).build(), BodyHandlers.ofString());
                return answer.statusCode() / 100 == 2
                        ? Optional.of(KilledServerStudy.parsed(answer.body()))
                        : Optional.empty();
            } catch (IOException e) {
                return Optional.empty(); // it was killed
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return Optional.empty();
            }
        }
    }
}
