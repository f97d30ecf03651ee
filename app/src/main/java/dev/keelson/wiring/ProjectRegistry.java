package dev.keelson.wiring;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.control.retrain.RetrainBook;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.http.OtherRegistry;
import dev.keelson.project.Project;
import dev.keelson.project.RegistryDefinition;
import dev.keelson.registry.governance.Governance;
import dev.keelson.registry.outbox.QueuedChange;
import dev.keelson.registry.outbox.RegistryConflict;
import dev.keelson.registry.spi.Catalog;
import dev.keelson.remote.Blobs;
import dev.keelson.remote.Credentials;
import dev.keelson.remote.ImportReport;
import dev.keelson.remote.MlflowClient;
import dev.keelson.remote.MlflowImport;
import dev.keelson.remote.ModelLookup;
import dev.keelson.remote.RegistryLink;
import dev.keelson.remote.RemoteAddress;
import dev.keelson.store.files.ProjectOwner;
import dev.keelson.store.journal.JournaledPredictionLog;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A project's registry beside another one, and what is imported into it. Safe for use by several threads. */
public final class ProjectRegistry implements OtherRegistry {
    private static final int MOST_CONFLICTS = 1000;

    private final @Nullable RegistryDefinition definition;
    private final Catalog catalog;
    private final Governance governance;
    private final Blobs blobs;
    private final InstantSource clock;
    private final Object sending = new Object();

    ProjectRegistry(Project project, Catalog catalog, Governance governance, Blobs blobs, InstantSource clock) {
        this.definition = project.registry();
        this.catalog = catalog;
        this.governance = governance;
        this.blobs = blobs;
        this.clock = clock;
    }

    private static ProjectRegistry of(Workspace workspace, InstantSource clock) {
        Catalog catalog = workspace.catalog();
        return new ProjectRegistry(
                workspace.project(),
                catalog,
                governance(workspace, clock),
                new ArtifactBlobs(workspace.artifacts()),
                clock);
    }

    /** The project's rules hold for what comes from elsewhere, too. */
    private static Governance governance(Workspace workspace, InstantSource clock) {
        return new Governance(
                workspace.catalog(),
                clock,
                new ProjectPromotion(
                        workspace::project,
                        workspace.catalog(),
                        () -> ProjectPromotion.in(
                                JournaledPredictionLog.openReadOnly(workspace.state()), new SourcePrices(workspace, clock)),
                        true),
                model -> RetrainBook.wake(workspace.catalog(), clock.instant(), model));
    }

    // ---- the other registry

    private RegistryDefinition definition() {
        if (definition == null) {
            throw new KeelsonException(
                    ErrorCode.NOT_FOUND,
                    "The project file names no other registry.",
                    "Maybe add `registry: { remote: ${MLFLOW_TRACKING_URI} }`.");
        }
        return definition;
    }

    private RegistryLink link(MlflowClient.Patience patience) {
        return new RegistryLink(
                catalog, governance, blobs, new MlflowClient(definition().address(), patience, new SecureRandom()), clock);
    }

    /** Sends what waits; for the background. */
    RegistryLink.Sent send() {
        synchronized (sending) {
            try (RegistryLink link = link(MlflowClient.Patience.SHORT)) {
                return link.send();
            }
        }
    }

    @Override
    public ObjectNode status() {
        RegistryDefinition other = definition();
        ObjectNode node = JsonNodeFactory.instance.objectNode().put("remote", other.address().toString());
        ArrayNode write = node.putArray("write");
        if (other.runs()) {
            write.add("runs");
        }
        if (other.versions()) {
            write.add("versions");
        }
        node.put("resolve", other.remoteFirst() ? "remote-first" : "local");
        try (MlflowClient client = new MlflowClient(other.address(), MlflowClient.Patience.SHORT, new SecureRandom())) {
            node.put("version", client.version()).put("reachable", true).putNull("problem");
        } catch (KeelsonException e) {
            node.putNull("version")
                    .put("reachable", false)
                    .put("problem", e.problems().getFirst().message());
        }
        List<QueuedChange> first = catalog.read(tx -> tx.outbox().waiting(1));
        node.put("waiting", catalog.<Long>read(tx -> tx.outbox().count()));
        node.put("oldest", first.isEmpty() ? null : first.getFirst().queuedAt().toString());
        node.put("attempts", first.isEmpty() ? 0 : first.getFirst().attempts());
        counts(node);
        return node;
    }

    /** How many conflicts nobody has decided, how many changes ask there for a promotion, and how many wait for a decision. */
    private void counts(ObjectNode node) {
        List<RegistryConflict> open = catalog.read(tx -> tx.outbox().conflicts(false, MOST_CONFLICTS));
        long asking = open.stream().filter(RegistryLink::asks).count();
        List<QueuedChange> queue = catalog.read(tx -> tx.outbox().waiting(Integer.MAX_VALUE));
        long blocked = queue.stream().filter(change -> RegistryLink.blocks(change, open).isPresent()).count();
        node.put("conflicts", open.size() - asking).put("asking", asking).put("blocked", blocked);
    }

    @Override
    public ObjectNode sync() {
        RegistryDefinition other = definition();
        synchronized (sending) {
            try (RegistryLink link = link(MlflowClient.Patience.STANDARD)) {
                RegistryLink.Sent before = link.send();
                reached(before);
                RegistryLink.Comparison comparison = link.compare(other.runs(), other.versions());
                RegistryLink.Sent after = link.send();
                reached(after);
                ObjectNode node = comparison
                        .toJson()
                        .put("sent", before.sent() + after.sent())
                        .put("waiting", after.waiting());
                counts(node);
                return node;
            }
        }
    }

    private static void reached(RegistryLink.Sent sent) {
        String problem = sent.problem();
        if (problem != null) {
            throw new KeelsonException(
                    ErrorCode.REGISTRY_UNREACHABLE,
                    "%s %d changes were sent and %d wait.".formatted(problem, sent.sent(), sent.waiting()),
                    "Maybe try again later: nothing is lost, and work goes on here.");
        }
    }

    @Override
    public ObjectNode conflicts(boolean settled) {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        ArrayNode list = node.putArray("conflicts");
        List<QueuedChange> queue = catalog.read(tx -> tx.outbox().waiting(Integer.MAX_VALUE));
        list.addAll(RegistryLink.toJson(
                catalog.<List<RegistryConflict>>read(tx -> tx.outbox().conflicts(settled, MOST_CONFLICTS)), queue));
        return node;
    }

    @Override
    public ObjectNode settle(String id, String keep, String actor) {
        synchronized (sending) {
            try (RegistryLink link = link(MlflowClient.Patience.SHORT)) {
                link.settle(id, keep.equals("local") ? RegistryLink.Keep.LOCAL : RegistryLink.Keep.REMOTE, actor);
                RegistryLink.Sent sent = link.send();
                // as it is now: what was sent may have been refused, or differ again
                RegistryConflict now = catalog.read(tx -> tx.outbox().conflict(id)).orElseThrow();
                return RegistryLink.toJson(now).put("waiting", sent.waiting()).put("problem", sent.problem());
            }
        }
    }

    // ---- for commands

    /**
     * Sends what a command has queued for the other registry, for a while. That it cannot be reached is no error.
     *
     * @param most no further change is begun after that
     * @return what became of the queue; null when the project file names no other registry, when nothing waits, or when another
     *     process owns the project and sends it
     */
    public static RegistryLink.@Nullable Sent flush(Project project, InstantSource clock, Duration most) {
        if (project.registry() == null) {
            return null;
        }
        try {
            return owning(project, workspace -> {
                long waiting = workspace.catalog().<Long>read(tx -> tx.outbox().count());
                if (waiting == 0) {
                    return null;
                }
                try (RegistryLink link = of(workspace, clock).link(MlflowClient.Patience.SHORT)) {
                    return link.send(most);
                }
            });
        } catch (KeelsonException e) {
            if (e.code() == ErrorCode.PROJECT_IN_USE) {
                return null;
            }
            throw e;
        }
    }

    /** The other registry of a project, asked through the process that serves the project, where one does. */
    public static <T> T with(Project project, InstantSource clock, Function<OtherRegistry, T> work) {
        Optional<OwnerClient> server = OwnerClient.of(project);
        if (server.isPresent()) {
            try (OwnerClient owner = server.get()) {
                return work.apply(new Served(owner));
            }
        }
        return owning(project, workspace -> work.apply(of(workspace, clock)));
    }

    /**
     * Works with references to versions, which are looked up at the other registry first where the project file says so. Also
     * while another process owns the project.
     */
    public static <T> T lookup(Project project, Function<ModelLookup, T> work) {
        RegistryDefinition other = project.registry();
        try (Workspace workspace = Workspace.reading(project)) {
            MlflowClient client = other == null || !other.remoteFirst()
                    ? null
                    : new MlflowClient(other.address(), MlflowClient.Patience.SHORT, new SecureRandom());
            try (ModelLookup lookup =
                    new ModelLookup(workspace.catalog(), new ArtifactBlobs(workspace.artifacts()), client)) {
                return work.apply(lookup);
            }
        }
    }

    /**
     * Imports from an MLflow server or a folder {@code mlruns}.
     *
     * @param source an address of http or https, or a folder
     * @param environment with {@code MLFLOW_TRACKING_TOKEN} or the like for a server
     * @throws KeelsonException PROJECT_IN_USE when another process owns the project; as {@link MlflowImport}
     */
    public static ImportReport importFrom(
            Project project,
            InstantSource clock,
            String source,
            Path folder,
            Map<String, String> environment,
            MlflowImport.Options options,
            MlflowImport.Progress progress) {
        return owning(project, workspace -> {
            Catalog catalog = workspace.catalog();
            MlflowImport work = new MlflowImport(
                    catalog,
                    governance(workspace, clock),
                    new ArtifactBlobs(workspace.artifacts()),
                    clock,
                    options,
                    progress);
            if (!source.matches("(?i)https?:.*")) {
                return work.from(folder);
            }
            RemoteAddress address = RemoteAddress.of(source, Credentials.of(environment));
            return work.from(new MlflowClient(address, MlflowClient.Patience.STANDARD, new SecureRandom()));
        });
    }

    private static <T extends @Nullable Object> T owning(Project project, Function<Workspace, T> work) {
        ProjectOwner owner = Workspace.own(project);
        try (Workspace workspace = new Workspace(project)) {
            workspace.recover();
            return work.apply(workspace);
        } finally {
            owner.close();
        }
    }

    /** The other registry of a project that another process serves. */
    private record Served(OwnerClient owner) implements OtherRegistry {
        @Override
        public ObjectNode status() {
            return object(owner.get("/api/v1/registry"));
        }

        @Override
        public ObjectNode sync() {
            return object(owner.post("/api/v1/registry/sync"));
        }

        @Override
        public ObjectNode conflicts(boolean settled) {
            return object(owner.get("/api/v1/registry/conflicts?settled=" + settled));
        }

        @Override
        public ObjectNode settle(String id, String keep, String actor) {
            return object(owner.post(
                    OwnerClient.address("/api/v1/registry/conflicts/%s", id),
                    JsonNodeFactory.instance.objectNode().put("keep", keep).put("actor", actor)));
        }

        private ObjectNode object(JsonNode node) {
            if (node instanceof ObjectNode object) {
                return object;
            }
            throw owner.unexpected("no object", null);
        }
    }
}
