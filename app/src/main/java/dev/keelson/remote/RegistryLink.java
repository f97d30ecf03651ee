package dev.keelson.remote;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.expression.Durations;
import dev.keelson.registry.ModelVersion;
import dev.keelson.registry.Run;
import dev.keelson.registry.governance.Governance;
import dev.keelson.registry.outbox.QueuedChange;
import dev.keelson.registry.outbox.QueuedChange.Kind;
import dev.keelson.registry.outbox.RegistryConflict;
import dev.keelson.registry.spi.Catalog;
import dev.keelson.registry.spi.CatalogTransaction;
import dev.keelson.registry.tracking.RegisteredVersion;
import dev.keelson.registry.tracking.Stage;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * This registry beside another one, which may be another Keelson or any server that speaks MLflow's REST interface. What was
 * queued is sent in its order; sending it twice has the effect of sending it once, because what was sent is found again there:
 * a run by its id, which it carries as the tag {@value #RUN_ID}, a version by its number and hash. Where both sides differ
 * nothing is overwritten: the difference is kept for a person to decide. A version may have another number there; its aliases and
 * stages are told of the number that it has, and wait while it is not decided whether it has one.
 *
 * <p>Not safe for use by several threads.
 */
public final class RegistryLink implements AutoCloseable {
    /** The tag by which a run of this registry is known there. */
    static final String RUN_ID = "keelson.run_id";
    /** The tag of a version there that says its number here. */
    static final String VERSION = "keelson.version";
    /** The tag of a version there that says the hash of its bytes. */
    static final String SHA256 = "keelson.sha256";

    /** Begins the tag of a version there that says that an alias was pointed to it from here. */
    static final String TOLD_ALIAS = "keelson.alias.";

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int AT_ONCE = 100;
    private static final int MOST_RUNS = 100_000;

    /** In the document of a change that a person decided: the number there that its alias pointed to then, or null. */
    private static final String FROM_THERE = "from_there";

    /** In the document of a conflict: the other side refuses the change by its policy. */
    private static final String ASKS = "asks";

    private static final String PROMOTE_THERE =
            "It waits for the other side: a person there promotes the version, or imports its files as a model of that project and"
                    + " promotes that. It is settled at the next sync after that; `--keep remote` leaves both sides as they are.";

    private final Catalog catalog;
    private final Governance governance;
    private final RemoteSide remote;
    private final InstantSource clock;

    /**
     * @param catalog whose outbox is emptied
     * @param governance changes stages and aliases here when a person decides for the other side
     * @param client closed with this
     */
    public RegistryLink(
            Catalog catalog, Governance governance, Blobs blobs, MlflowClient client, InstantSource clock) {
        this.catalog = catalog;
        this.governance = governance;
        this.remote = new RemoteSide(catalog, blobs, client);
        this.clock = clock;
    }

    /**
     * What became of the queue.
     *
     * @param sent changes that are there now
     * @param waiting changes that still wait: all after a problem, else those of versions that a person must decide about
     * @param conflicts changes that were set aside for a person
     * @param problem why sending stopped, or null when all that can be sent was
     */
    public record Sent(int sent, long waiting, int conflicts, @Nullable String problem) {}

    /**
     * Sends what waits, the oldest first, until nothing does or the other side stops answering.
     *
     * @return what became of it; that the other side cannot be reached is no error
     */
    public Sent send() {
        return send(Duration.ofDays(1));
    }

    /**
     * As {@link #send()}, for a while.
     *
     * @param most no further change is begun after that; one that was begun is ended
     */
    public Sent send(Duration most) {
        long start = System.nanoTime();
        int sent = 0;
        int conflicts = 0;
        Set<Long> held = new HashSet<>();
        Set<String> heldThings = new HashSet<>();
        boolean progress = false;
        for (; ; ) {
            List<QueuedChange> waiting = catalog.<List<QueuedChange>>read(tx -> tx.outbox().waiting(AT_ONCE + held.size())).stream()
                    .filter(change -> !held.contains(change.sequence()))
                    .toList();
            if (waiting.isEmpty()) {
                if (!progress || held.isEmpty()) {
                    return new Sent(sent, held.size(), conflicts, null);
                }
                held.clear(); // what they waited for may be there now
                heldThings.clear();
                progress = false;
                continue;
            }
            for (QueuedChange change : waiting) {
                if (System.nanoTime() - start > most.toNanos()) {
                    long left = catalog.<Long>read(tx -> tx.outbox().count());
                    return new Sent(sent, left, conflicts, "The time for sending (%s) was up.".formatted(Durations.format(most)));
                }
                try {
                    List<RegistryConflict> found = governed(change.kind()) && heldThings.contains(what(change)) ? null : tell(change);
                    if (found == null) {
                        held.add(change.sequence());
                        heldThings.add(what(change));
                        continue;
                    }
                    progress = true;
                    catalog.update(tx -> {
                        if (found.isEmpty() && governed(change.kind())) {
                            promoted(tx, change.kind(), what(change));
                        }
                        found.forEach(tx.outbox()::putConflict);
                        tx.outbox().remove(change.sequence());
                    });
                    sent += found.isEmpty() ? 1 : 0;
                    conflicts += found.size();
                } catch (KeelsonException e) {
                    String problem = e.problems().getFirst().message();
                    if (e.code() == ErrorCode.REGISTRY_UNREACHABLE || e.code() == ErrorCode.FORBIDDEN) {
                        long left = catalog.write(tx -> {
                            tx.outbox().failed(change.sequence(), problem, clock.instant());
                            return tx.outbox().count();
                        });
                        return new Sent(sent, left, conflicts, problem);
                    }
                    progress = true;
                    if (e.code() == ErrorCode.TRANSITION_REFUSED && governed(change.kind())) {
                        catalog.update(tx -> {
                            ask(tx, change, problem);
                            tx.outbox().remove(change.sequence());
                        });
                        continue;
                    }
                    RegistryConflict refused = conflict(
                            change.kind(),
                            change.subject(),
                            change.document(),
                            "%s %s".formatted(change.kind().name().toLowerCase(Locale.ROOT), change.subject()),
                            change.document(),
                            "refused: " + problem);
                    catalog.update(tx -> {
                        tx.outbox().putConflict(refused);
                        tx.outbox().remove(change.sequence());
                    });
                    conflicts++;
                }
            }
        }
    }

    // ---- what only the other side can promote

    /** Whether the other side may have a policy for it. */
    private static boolean governed(Kind kind) {
        return kind == Kind.ALIAS || kind == Kind.STAGE;
    }

    /** The alias or stage that a change is about, as conflicts name it. */
    private static String what(QueuedChange change) {
        JsonNode document = parsed(change.document());
        return change.kind() == Kind.ALIAS
                ? "%s alias %s".formatted(change.subject(), document.path("alias").asText())
                : "%s version %d stage".formatted(change.subject(), document.path("version").asInt());
    }

    /**
     * Whether the other side refuses a change by its policy, so that it waits there for a promotion: no person here can decide it,
     * and it is settled when the other side has promoted.
     */
    public static boolean asks(RegistryConflict conflict) {
        return governed(conflict.kind()) && parsed(conflict.document()).path(ASKS).asBoolean();
    }

    /** Keeps that a change asks there for a promotion; told once. */
    private void ask(CatalogTransaction tx, QueuedChange change, String problem) {
        ObjectNode document = ((ObjectNode) parsed(change.document())).put(ASKS, true);
        String local = change.kind() == Kind.ALIAS
                ? shown(number(document, "to"))
                : document.path("to").asText();
        RegistryConflict asked = conflict(
                change.kind(), change.subject(), document.toString(), what(change), local, "asks there for promotion: " + problem);
        boolean known = tx.outbox()
                .conflict(asked.id())
                .filter(each -> asks(each) && !each.settled() && each.local().equals(local))
                .isPresent();
        if (!known) {
            tx.outbox().putConflict(asked);
        }
    }

    /** Settles what was open about an alias or stage: both sides are alike. */
    private void promoted(CatalogTransaction tx, Kind kind, String what) {
        tx.outbox()
                .conflict(conflictId(kind, what))
                .filter(each -> !each.settled())
                .ifPresent(each -> tx.outbox()
                        .putConflict(each.settledAs(Keep.LOCAL.word(), "the other registry", clock.instant())));
    }

    /** Whether a change to what is here asks there already, or a person has left it so. */
    private boolean asked(Kind kind, String what, String local) {
        return catalog.read(tx -> tx.outbox().conflict(conflictId(kind, what)))
                .filter(each -> asks(each)
                        && each.local().equals(local)
                        && (!each.settled() || Keep.REMOTE.word().equals(each.kept())))
                .isPresent();
    }

    /**
     * Makes a change there; where it cannot be made without overwriting, the conflicts. Null when it waits for the decision about
     * the version that it is of.
     */
    private @Nullable List<RegistryConflict> tell(QueuedChange change) {
        JsonNode document = parsed(change.document());
        return switch (change.kind()) {
            case RUN -> run(change.subject(), document.path("over_tags").asBoolean());
            case VERSION -> version(change, document);
            case ALIAS -> alias(change, document);
            case STAGE -> stage(change, document);
        };
    }

    // ---- runs

    private List<RegistryConflict> run(String id, boolean overTags) {
        Optional<Run> run = catalog.read(tx -> tx.run(id));
        if (run.isEmpty()) {
            return List.of(); // removed meanwhile: there is nothing to tell
        }
        List<RegistryConflict> conflicts = new ArrayList<>();
        remote.run(run.get(), overTags, (what, here, there) ->
                conflicts.add(conflict(Kind.RUN, id, "{}", "run %s %s".formatted(id, what), here, there)));
        return conflicts;
    }

    // ---- versions

    private List<RegistryConflict> version(QueuedChange change, JsonNode document) {
        String model = change.subject();
        int number = document.path("version").asInt();
        ModelVersion version = catalog.read(tx -> tx.version(model, number)).orElse(null);
        if (version == null) {
            return List.of();
        }
        remote.model(model);
        Map<Integer, JsonNode> there = remote.versions(model);
        if (there.values().stream().anyMatch(each -> is(each, version))) {
            return List.of();
        }
        String what = "%s version %d".formatted(model, number);
        JsonNode other = there.get(number);
        // where one of ours has the number by an earlier decision, there is nothing new to decide
        boolean anyNumber = document.path("any_number").asBoolean() || (other != null && isOurs(other, model));
        if (other != null && !anyNumber) {
            return List.of(conflict(Kind.VERSION, model, change.document(), what, "hash " + version.sha256(), said(other)));
        }
        int highest = there.keySet().stream().mapToInt(Integer::intValue).max().orElse(0);
        for (int before = highest + 1; before < number && !anyNumber; before++) {
            int missing = before;
            ModelVersion earlier = catalog.read(tx -> tx.version(model, missing)).orElse(null);
            if (earlier == null) {
                return List.of(conflict(
                        Kind.VERSION,
                        model,
                        change.document(),
                        what,
                        "number %d".formatted(number),
                        "the next number is %d, and there is no version %d here".formatted(before, before)));
            }
            int given = remote.createVersion(earlier, run(earlier));
            if (given != before) {
                remote.deleteVersion(model, given);
                return List.of(conflict(
                        Kind.VERSION, model, change.document(), what, "number %d".formatted(before), "it became number " + given));
            }
        }
        int given = remote.createVersion(version, run(version));
        if (given != number && !anyNumber) {
            remote.deleteVersion(model, given);
            return List.of(conflict(
                    Kind.VERSION, model, change.document(), what, "number %d".formatted(number), "it would become number " + given));
        }
        return List.of();
    }

    private Run run(ModelVersion version) {
        return catalog.read(tx -> tx.run(version.runId()))
                .orElseThrow(() -> new KeelsonException(
                        ErrorCode.RUN_NOT_FOUND,
                        "There is no run (%s) of the version (%s).".formatted(version.runId(), version.label()),
                        null));
    }

    private static boolean is(JsonNode there, ModelVersion version) {
        return RemoteSide.tag(there, SHA256).equals(version.sha256())
                && RemoteSide.tag(there, VERSION).equals(Integer.toString(version.version()));
    }

    private boolean isOurs(JsonNode there, String model) {
        return catalog.<List<ModelVersion>>read(tx -> tx.versions(model)).stream().anyMatch(each -> is(there, each));
    }

    /** The number that a version of this registry has there; null when it is not there. */
    private @Nullable Integer place(Map<Integer, JsonNode> there, String model, @Nullable Integer here) {
        if (here == null) {
            return null;
        }
        ModelVersion version = catalog.<Optional<ModelVersion>>read(tx -> tx.version(model, here)).orElse(null);
        return there.entrySet().stream()
                .filter(each -> version != null && is(each.getValue(), version))
                .map(Map.Entry::getKey)
                .findFirst()
                .orElse(null);
    }

    private static String said(JsonNode there) {
        String hash = RemoteSide.tag(there, SHA256);
        return hash.isEmpty() ? "a version from " + there.path("source").asText("elsewhere") : "hash " + hash;
    }

    // ---- aliases and stages

    /**
     * What stands between a version that is not there and a change of it.
     *
     * @param waits whether a person decides about the version, or it waits itself; else it stays away
     * @param conflicts what kept the version from being told now
     */
    private record Absence(boolean waits, List<RegistryConflict> conflicts) {}

    /** Tells a version that is not there yet; null when it is there then. */
    private @Nullable Absence absence(String model, int version) {
        String what = "%s version %d".formatted(model, version);
        RegistryConflict known = catalog.read(tx -> tx.outbox().conflict(conflictId(Kind.VERSION, what))).orElse(null);
        if (known != null && !known.settled()) {
            return new Absence(true, List.of());
        }
        if ((known != null && Keep.REMOTE.word().equals(known.kept()))
                || catalog.<Optional<ModelVersion>>read(tx -> tx.version(model, version)).isEmpty()) {
            return new Absence(false, List.of());
        }
        boolean queued = catalog.<List<QueuedChange>>read(tx -> tx.outbox().waiting(Integer.MAX_VALUE)).stream()
                .anyMatch(each -> each.kind() == Kind.VERSION
                        && each.subject().equals(model)
                        && parsed(each.document()).path("version").asInt() == version);
        if (queued) {
            return new Absence(true, List.of());
        }
        ObjectNode document = JSON.createObjectNode().put("version", version);
        List<RegistryConflict> conflicts = version(change(Kind.VERSION, model, document), document);
        if (conflicts.isEmpty()) {
            return null;
        }
        catalog.update(tx -> conflicts.forEach(tx.outbox()::putConflict));
        return new Absence(true, conflicts);
    }

    private @Nullable List<RegistryConflict> alias(QueuedChange change, JsonNode document) {
        String model = change.subject();
        String alias = document.path("alias").asText();
        Integer from = number(document, "from");
        Integer to = number(document, "to");
        Map<Integer, JsonNode> versions = remote.versions(model);
        Integer there = remote.alias(model, alias);
        Integer placed = place(versions, model, to);
        boolean alike = to == null ? there == null : placed != null && placed.equals(there);
        if (!alike && !unmoved(model, alias, document, from, there, versions)) {
            return List.of(conflict(
                    Kind.ALIAS, model, change.document(), "%s alias %s".formatted(model, alias), shown(to), shown(there)));
        }
        if (to != null && placed == null) {
            Absence absence = absence(model, to);
            if (absence != null) {
                return absence.waits() ? null : List.of();
            }
            versions = remote.versions(model);
            placed = place(versions, model, to);
            if (placed == null) {
                throw new IllegalStateException("The version (%s %d) was told and is not there.".formatted(model, to));
            }
        }
        if (!alike) {
            remote.setAlias(model, alias, placed);
        }
        if (placed != null && !told(versions.get(placed), alias)) {
            remote.tagVersion(model, placed, TOLD_ALIAS + alias, "told");
        }
        return List.of();
    }

    private static boolean told(@Nullable JsonNode version, String alias) {
        return version != null && !RemoteSide.tag(version, TOLD_ALIAS + alias).isEmpty();
    }

    /** Whether an alias is there as it was told last, so that moving it overwrites nobody's change. */
    private boolean unmoved(
            String model,
            String alias,
            JsonNode document,
            @Nullable Integer from,
            @Nullable Integer there,
            Map<Integer, JsonNode> versions) {
        if (document.has(FROM_THERE)) {
            return Objects.equals(there, number(document, FROM_THERE));
        }
        Integer before = place(versions, model, from);
        if (there != null) {
            return there.equals(before) || (from != null && before == null && told(versions.get(there), alias));
        }
        return before == null || !told(versions.get(before), alias); // else somebody there took it away
    }

    private @Nullable List<RegistryConflict> stage(QueuedChange change, JsonNode document) {
        String model = change.subject();
        int version = document.path("version").asInt();
        Stage from = Stage.of(document.path("from").asText()).orElse(Stage.NONE);
        Stage to = Stage.of(document.path("to").asText()).orElseThrow();
        Integer placed = place(remote.versions(model), model, version);
        if (placed == null) {
            Absence absence = absence(model, version);
            if (absence != null) {
                return absence.waits() ? null : List.of();
            }
            placed = Objects.requireNonNull(place(remote.versions(model), model, version), "it was told");
        }
        Stage there = remote.stage(model, placed);
        if (there == to) {
            return List.of();
        }
        if (there != from) {
            return List.of(conflict(
                    Kind.STAGE,
                    model,
                    change.document(),
                    "%s version %d stage".formatted(model, version),
                    to.word(),
                    there.word()));
        }
        remote.setStage(model, placed, to);
        return List.of();
    }

    /**
     * The open conflict about a version that a queued alias or stage waits for.
     *
     * @param open conflicts that nobody has decided
     */
    public static Optional<RegistryConflict> blocks(QueuedChange change, List<RegistryConflict> open) {
        if (!governed(change.kind())) {
            return Optional.empty();
        }
        Integer version = number(parsed(change.document()), change.kind() == Kind.ALIAS ? "to" : "version");
        return open.stream()
                .filter(each -> version != null
                        && !each.settled()
                        && each.kind() == Kind.VERSION
                        && each.subject().equals(change.subject())
                        && parsed(each.document()).path("version").asInt() == version)
                .findFirst();
    }

    /** Conflicts as documents, each version with the aliases and stages that wait for its decision. */
    public static List<ObjectNode> toJson(List<RegistryConflict> conflicts, List<QueuedChange> queue) {
        List<ObjectNode> nodes = new ArrayList<>();
        for (RegistryConflict conflict : conflicts) {
            ObjectNode node = toJson(conflict);
            var waiting = node.putArray("waiting");
            queue.stream()
                    .filter(change -> blocks(change, List.of(conflict)).isPresent())
                    .map(RegistryLink::wish)
                    .distinct()
                    .forEach(waiting::add);
            nodes.add(node);
        }
        return nodes;
    }

    private static String wish(QueuedChange change) {
        JsonNode document = parsed(change.document());
        return change.kind() == Kind.ALIAS
                ? "alias " + document.path("alias").asText()
                : "stage " + document.path("to").asText();
    }

    private static @Nullable Integer number(JsonNode document, String field) {
        return document.hasNonNull(field) ? Integer.valueOf(document.path(field).asInt()) : null;
    }

    private static String shown(@Nullable Integer version) {
        return version == null ? "none" : "version " + version;
    }

    // ---- both sides

    /**
     * Both sides beside each other.
     *
     * @param missingThere what is here alone; it was queued
     * @param missingHere what is there alone; {@code keelson import mlflow} brings it
     * @param differing what differs; each is a conflict now
     * @param asking what the other side refused by its policy before, and has not promoted yet
     */
    public record Comparison(
            List<String> missingThere, List<String> missingHere, List<RegistryConflict> differing, List<String> asking) {
        public Comparison {
            asking = List.copyOf(asking);
            missingThere = List.copyOf(missingThere);
            missingHere = List.copyOf(missingHere);
            differing = List.copyOf(differing);
        }

        /** As a document. */
        public ObjectNode toJson() {
            ObjectNode node = JsonNodeFactory.instance.objectNode();
            missingThere.forEach(node.putArray("missing_there")::add);
            missingHere.forEach(node.putArray("missing_here")::add);
            asking.forEach(node.putArray("asking_there")::add);
            var list = node.putArray("differing");
            differing.forEach(each -> list.add(RegistryLink.toJson(each)));
            return node;
        }
    }

    /**
     * Compares runs of trainings, versions, aliases and stages of the models that are trained here. What is missing there is
     * queued; what differs becomes a conflict, unless a person has decided it with both sides as they are now.
     *
     * @param runs whether runs are compared
     * @param versions whether versions, aliases and stages are
     * @throws KeelsonException REGISTRY_UNREACHABLE
     */
    public Comparison compare(boolean runs, boolean versions) {
        List<String> missingThere = new ArrayList<>();
        List<String> missingHere = new ArrayList<>();
        List<RegistryConflict> differing = new ArrayList<>();
        List<String> asking = new ArrayList<>();
        List<QueuedChange> queue = new ArrayList<>();
        List<String> models = catalog.read(tx -> tx.models());
        if (runs) {
            List<Run> all = catalog.read(tx -> tx.runs(null, MOST_RUNS));
            Map<String, List<String>> known = new TreeMap<>();
            for (Run run : all) {
                if (models.contains(run.experiment())
                        && run.endedAt() != null
                        && !known.computeIfAbsent(run.experiment(), remote::runIds).contains(run.id())) {
                    missingThere.add("run " + run.id());
                    queue.add(change(Kind.RUN, run.id(), JSON.createObjectNode()));
                }
            }
        }
        for (String model : versions ? models : List.<String>of()) {
            Map<Integer, JsonNode> there = remote.versions(model);
            List<ModelVersion> here = catalog.<List<ModelVersion>>read(tx -> tx.versions(model)).reversed();
            for (ModelVersion version : here) {
                JsonNode other = there.get(version.version());
                boolean known = there.values().stream().anyMatch(each -> is(each, version));
                String what = "%s version %d".formatted(model, version.version());
                ObjectNode document = JSON.createObjectNode().put("version", version.version());
                if (!known && other != null && !isOurs(other, model)) {
                    differing.add(conflict(
                            Kind.VERSION, model, document.toString(), what, "hash " + version.sha256(), said(other)));
                } else if (!known) {
                    missingThere.add(what);
                    queue.add(change(Kind.VERSION, model, document));
                } else {
                    Integer placed = place(there, model, version.version());
                    if (placed != null) {
                        stages(model, version.version(), Objects.requireNonNull(there.get(placed)), differing, queue, missingThere, asking);
                    }
                }
            }
            there.keySet().stream()
                    .filter(number -> here.stream().noneMatch(each -> each.version() == number))
                    .filter(number -> here.stream().noneMatch(each -> is(Objects.requireNonNull(there.get(number)), each)))
                    .forEach(number -> missingHere.add("%s version %d".formatted(model, number)));
            aliases(model, there, differing, queue, missingThere, asking);
        }
        catalog.update(tx -> {
            List<QueuedChange> waiting = tx.outbox().waiting(Integer.MAX_VALUE);
            queue.stream()
                    .filter(change -> waiting.stream().noneMatch(each -> each.kind() == change.kind()
                            && each.subject().equals(change.subject())
                            && (change.kind() == Kind.RUN || each.document().equals(change.document()))))
                    .forEach(tx.outbox()::add);
            differing.removeIf(each -> tx.outbox()
                    .conflict(each.id())
                    .filter(known -> known.settled()
                            && Keep.REMOTE.word().equals(known.kept())
                            && known.local().equals(each.local())
                            && known.remote().equals(each.remote()))
                    .isPresent());
            differing.forEach(tx.outbox()::putConflict);
        });
        return new Comparison(missingThere, missingHere, differing, asking);
    }

    private void stages(
            String model,
            int version,
            JsonNode other,
            List<RegistryConflict> differing,
            List<QueuedChange> queue,
            List<String> missing,
            List<String> asking) {
        Stage here = catalog.read(tx -> tx.registry().registered(model, version))
                .map(RegisteredVersion::stage)
                .orElse(Stage.NONE);
        Stage there = Stage.of(other.path("current_stage").asText("None")).orElse(Stage.NONE);
        String what = "%s version %d stage".formatted(model, version);
        if (here == there) {
            catalog.update(tx -> promoted(tx, Kind.STAGE, what));
            return;
        }
        if (asked(Kind.STAGE, what, here.word())) {
            asking.add(what);
            return;
        }
        ObjectNode document = JSON.createObjectNode()
                .put("version", version)
                .put("from", there.word())
                .put("to", here.word());
        if (waits(Kind.STAGE, model, "version", Integer.toString(version))) {
            return;
        }
        if (there == Stage.NONE && !undecided(Kind.STAGE, what)) {
            missing.add(what);
            queue.add(change(Kind.STAGE, model, document));
        } else {
            differing.add(conflict(Kind.STAGE, model, document.toString(), what, here.word(), there.word()));
        }
    }

    private void aliases(
            String model,
            Map<Integer, JsonNode> versions,
            List<RegistryConflict> differing,
            List<QueuedChange> queue,
            List<String> missing,
            List<String> asking) {
        Map<String, Integer> there = remote.aliases(model);
        Map<String, Integer> here = catalog.read(tx -> tx.registry().model(model))
                .<Map<String, Integer>>map(each -> each.aliases())
                .orElse(Map.of());
        here.forEach((alias, version) -> {
            Integer other = there.get(alias);
            String what = "%s alias %s".formatted(model, alias);
            ObjectNode document = JSON.createObjectNode()
                    .put("alias", alias)
                    .put("from", (Integer) null)
                    .put("to", version)
                    .put(FROM_THERE, other);
            if (catalog.<Optional<ModelVersion>>read(tx -> tx.version(model, version)).isEmpty()) {
                return; // of a client's version, which is theirs to tell
            }
            Integer placed = place(versions, model, version);
            boolean staysAway = placed == null && catalog.read(tx -> tx.outbox()
                            .conflict(conflictId(Kind.VERSION, "%s version %d".formatted(model, version))))
                    .filter(each -> Keep.REMOTE.word().equals(each.kept()))
                    .isPresent();
            if (placed != null && placed.equals(other)) {
                catalog.update(tx -> promoted(tx, Kind.ALIAS, what));
            } else if (staysAway || waits(Kind.ALIAS, model, "alias", alias)) {
                return; // a person has decided, or it was queued
            } else if (asked(Kind.ALIAS, what, shown(version))) {
                asking.add(what);
            } else if (other == null && !undecided(Kind.ALIAS, what)) {
                missing.add(what);
                queue.add(change(Kind.ALIAS, model, document));
            } else {
                differing.add(conflict(Kind.ALIAS, model, document.toString(), what, shown(version), shown(other)));
            }
        });
    }

    /** Whether a person is to decide about an alias or stage. */
    private boolean undecided(Kind kind, String what) {
        return catalog.read(tx -> tx.outbox().conflict(conflictId(kind, what)))
                .filter(each -> !each.settled() && !asks(each))
                .isPresent();
    }

    private boolean waits(Kind kind, String subject, String field, String value) {
        return catalog.<List<QueuedChange>>read(tx -> tx.outbox().waiting(Integer.MAX_VALUE)).stream()
                .anyMatch(each -> each.kind() == kind
                        && each.subject().equals(subject)
                        && parsed(each.document()).path(field).asText().equals(value));
    }

    // ---- what a person decides

    /** Which side a person keeps. */
    public enum Keep {
        LOCAL,
        REMOTE;

        /** As documents spell it. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * Settles a conflict as a person decided. For this side: the change is queued again, to be made over what is there now; a
     * version gets the next number there. For the other side: the alias or stage is moved here; whatever else, and what asks there
     * for a promotion, stays as it is on both sides.
     *
     * @param actor who decided, for the audit trail
     * @throws KeelsonException NOT_FOUND; TRANSITION_REFUSED when it is settled already, when a param is to be changed there,
     *     which nobody can, or when what is there is not here
     */
    public RegistryConflict settle(String id, Keep keep, String actor) {
        RegistryConflict conflict = catalog.read(tx -> tx.outbox().conflict(id))
                .orElseThrow(() -> new KeelsonException(
                        ErrorCode.NOT_FOUND,
                        "There is no conflict (%s).".formatted(id),
                        "Maybe `keelson registry conflicts` shows it."));
        if (conflict.settled()) {
            throw new KeelsonException(
                    ErrorCode.TRANSITION_REFUSED,
                    "The conflict (%s) was settled: %s kept the %s side.".formatted(id, conflict.settledBy(), conflict.kept()),
                    null);
        }
        List<QueuedChange> queue = keep == Keep.LOCAL ? again(conflict) : List.of();
        if (keep == Keep.REMOTE && !asks(conflict)) {
            followed(conflict, actor);
        }
        RegistryConflict settled = conflict.settledAs(keep.word(), actor, clock.instant());
        catalog.update(tx -> {
            if (keep == Keep.REMOTE) { // what waited for the version cannot be told: it stays away
                tx.outbox().waiting(Integer.MAX_VALUE).stream()
                        .filter(change -> blocks(change, List.of(conflict)).isPresent())
                        .forEach(change -> tx.outbox().remove(change.sequence()));
            }
            queue.forEach(tx.outbox()::add);
            tx.outbox().putConflict(settled);
        });
        return settled;
    }

    private List<QueuedChange> again(RegistryConflict conflict) {
        ObjectNode document = (ObjectNode) parsed(conflict.document());
        document.remove(ASKS);
        return switch (conflict.kind()) {
            case RUN -> {
                if (conflict.what().contains(" param ")) {
                    throw new KeelsonException(
                            ErrorCode.TRANSITION_REFUSED,
                            "A param that was logged cannot be changed: the other side keeps %s.".formatted(conflict.remote()),
                            "Maybe keep the remote one: both stay as they are.");
                }
                yield List.of(change(Kind.RUN, conflict.subject(), document.put("over_tags", true)));
            }
            case VERSION -> List.of(change(Kind.VERSION, conflict.subject(), document.put("any_number", true)));
            case ALIAS -> List.of(change(
                    Kind.ALIAS,
                    conflict.subject(),
                    document.put(FROM_THERE, remote.alias(conflict.subject(), document.path("alias").asText()))));
            case STAGE -> List.of(change(
                    Kind.STAGE,
                    conflict.subject(),
                    document.put("from", stageThere(conflict.subject(), document.path("version").asInt()).word())));
        };
    }

    /** Where a version of this registry stands there. */
    private Stage stageThere(String model, int version) {
        Integer placed = place(remote.versions(model), model, version);
        if (placed == null) {
            throw new KeelsonException(
                    ErrorCode.TRANSITION_REFUSED,
                    "The version %d of (%s) is not there any more.".formatted(version, model),
                    "Maybe `keelson registry sync` tells it again.");
        }
        return remote.stage(model, placed);
    }

    /** Does here as it is there; what the rules here refuse says what settles it instead. */
    private void followed(RegistryConflict conflict, String actor) {
        try {
            follow(conflict, actor);
        } catch (KeelsonException e) {
            if (e.code() != ErrorCode.TRANSITION_REFUSED || !governed(conflict.kind())) {
                throw e;
            }
            throw new KeelsonException(
                    ErrorCode.TRANSITION_REFUSED,
                    "The conflict is not settled, for the other side cannot be kept here: %s".formatted(e.problems().getFirst().message()),
                    "Maybe `keelson models promote` or `rollback` brings %s to what is there, and `keelson registry sync` settles it then; `--keep local` asks the other side instead."
                            .formatted(conflict.what()),
                    e);
        }
    }

    private void follow(RegistryConflict conflict, String actor) {
        JsonNode document = parsed(conflict.document());
        String reason = "Decided for the other registry (conflict %s).".formatted(conflict.id());
        String model = conflict.subject();
        switch (conflict.kind()) {
            case ALIAS -> {
                String alias = document.path("alias").asText();
                Integer there = remote.alias(model, alias);
                JsonNode pointed = there == null ? null : remote.versions(model).get(there);
                Integer here = catalog.<List<ModelVersion>>read(tx -> tx.versions(model)).stream()
                        .filter(each -> pointed != null && is(pointed, each))
                        .map(ModelVersion::version)
                        .findFirst()
                        .orElse(null);
                if (there != null && here == null) {
                    throw new KeelsonException(
                            ErrorCode.TRANSITION_REFUSED,
                            "The alias (%s) of (%s) points to version %d there, which is not here.".formatted(alias, model, there),
                            null);
                }
                governance.alias(model, alias, here, actor, reason);
            }
            case STAGE -> {
                int version = document.path("version").asInt();
                governance.transition(model, version, stageThere(model, version), false, actor, reason);
            }
            case RUN, VERSION -> {}
        }
    }

    // ---- documents

    /** A conflict as a document. */
    public static ObjectNode toJson(RegistryConflict conflict) {
        boolean asks = asks(conflict) && !conflict.settled();
        return JSON.createObjectNode()
                .put("state", conflict.settled() ? "settled" : asks ? "asks_there" : "open")
                .put("todo", asks ? PROMOTE_THERE : null)
                .put("id", conflict.id())
                .put("kind", conflict.kind().name().toLowerCase(Locale.ROOT))
                .put("subject", conflict.subject())
                .put("what", conflict.what())
                .put("local", conflict.local())
                .put("remote", conflict.remote())
                .put("found_at", conflict.foundAt().toString())
                .put("settled_at", conflict.settledAt() == null ? null : conflict.settledAt().toString())
                .put("kept", conflict.kept())
                .put("settled_by", conflict.settledBy());
    }

    private QueuedChange change(Kind kind, String subject, ObjectNode document) {
        return new QueuedChange(kind, subject, document.toString(), clock.instant());
    }

    private RegistryConflict conflict(
            Kind kind, String subject, String document, String what, String local, String there) {
        return new RegistryConflict(
                conflictId(kind, what),
                kind,
                subject,
                document,
                what,
                local,
                there,
                clock.instant(),
                null,
                null,
                null);
    }

    private static String conflictId(Kind kind, String what) {
        byte[] digest = FolderSource.sha256().digest((kind + " " + what).getBytes(StandardCharsets.UTF_8));
        return HexFormat.of().formatHex(digest, 0, 5);
    }

    private static JsonNode parsed(String text) {
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("A stored change is not JSON.", e);
        }
    }

    @Override
    public void close() {
        remote.close();
    }
}
