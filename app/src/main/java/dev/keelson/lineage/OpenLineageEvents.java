package dev.keelson.lineage;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.module.SimpleModule;
import dev.keelson.id.Ids;
import dev.keelson.lineage.LineageGraph.Edge;
import io.openlineage.client.OpenLineage;
import io.openlineage.client.OpenLineage.InputDataset;
import io.openlineage.client.OpenLineage.Job;
import io.openlineage.client.OpenLineage.OutputDataset;
import io.openlineage.client.OpenLineage.RunEvent;
import io.openlineage.client.OpenLineage.RunEvent.EventType;
import java.io.IOException;
import java.net.URI;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A graph as OpenLineage run events (https://openlineage.io/spec/2-0-2/OpenLineage.json): each load, training and prediction
 * of it is a run of a job, with an event for its start and one for its end. The jobs are {@code load.SOURCE},
 * {@code train.MODEL} and {@code predict.MODEL}, the datasets the files, sources, models and predictions, each with its
 * version; all in the project's namespace. Only what the graph holds is told. The same graph gives the same events.
 */
public final class OpenLineageEvents {
    private static final URI PRODUCER = URI.create("https://keelson.dev");
    private static final UUID RUNS = UUID.fromString("6f2c2f51-9c8e-5b53-9a3e-0d8f6f1d6a10");
    private static final ObjectMapper MAPPER = new ObjectMapper()
            .registerModule(new SimpleModule().addSerializer(ZonedDateTime.class, new Times()));

    private final OpenLineage openLineage = new OpenLineage(PRODUCER);
    private final String namespace;

    /**
     * Events of a project.
     *
     * @param project its name, which is the namespace of its jobs and datasets
     */
    public OpenLineageEvents(String project) {
        this.namespace = "keelson://" + project.replaceAll("[^A-Za-z0-9._-]", "_");
    }

    /** Each event as one line of JSON, in the order of the graph. */
    public List<String> lines(LineageGraph graph) {
        List<String> lines = new ArrayList<>();
        for (RunEvent event : events(graph)) {
            try {
                lines.add(MAPPER.writeValueAsString(event));
            } catch (JsonProcessingException e) {
                throw new IllegalStateException("An event could not be written.", e);
            }
        }
        return lines;
    }

    /** The events. */
    List<RunEvent> events(LineageGraph graph) {
        List<RunEvent> events = new ArrayList<>();
        for (LineageNode node : graph.nodes()) {
            switch (node.kind()) {
                case FILE -> loads(graph, node, events);
                case RUN -> {
                    String model = node.facts().getOrDefault("model", node.name());
                    boolean failed = "failed".equals(node.facts().get("status"));
                    boolean running = "running".equals(node.facts().get("status"));
                    String ended = node.facts().get("ended_at");
                    add(
                            events,
                            runId(node.id()),
                            job("train." + model, "TRAINING"),
                            node.at(),
                            running ? null : ended == null ? node.at() : Instant.parse(ended),
                            failed ? EventType.FAIL : EventType.COMPLETE,
                            inputs(graph, node),
                            outputs(graph, node));
                }
                case PREDICTION -> add(
                        events,
                        UUID.fromString(node.name()),
                        job("predict." + node.facts().getOrDefault("model", ""), "PREDICTION"),
                        node.at(),
                        node.at(),
                        EventType.COMPLETE,
                        inputs(graph, node),
                        List.of(output(node)));
                case SOURCE, DATASET, ROW, VIEW, MODEL -> {}
            }
        }
        return events;
    }

    /** A load for each dataset version that came of a file; one without any when none is shown. */
    private void loads(LineageGraph graph, LineageNode file, List<RunEvent> events) {
        Job job = job("load." + file.facts().getOrDefault("source", ""), "LOAD");
        List<LineageNode> datasets = after(graph, file).stream()
                .filter(node -> node.kind() == LineageKind.DATASET)
                .toList();
        List<InputDataset> inputs = List.of(input(file));
        if (datasets.isEmpty()) {
            add(events, runId(file.id()), job, file.at(), file.at(), EventType.COMPLETE, inputs, List.of());
        }
        for (LineageNode dataset : datasets) {
            add(
                    events,
                    runId(file.id() + " " + dataset.id()),
                    job,
                    file.at(),
                    file.at(),
                    EventType.COMPLETE,
                    inputs,
                    List.of(output(dataset)));
        }
    }

    private void add(
            List<RunEvent> events,
            UUID runId,
            Job job,
            @Nullable Instant started,
            @Nullable Instant ended,
            EventType end,
            List<InputDataset> inputs,
            List<OutputDataset> outputs) {
        OpenLineage.Run run = openLineage.newRunBuilder().runId(runId).build();
        if (started != null) {
            events.add(openLineage.newRunEvent(time(started), EventType.START, run, job, inputs, outputs));
        }
        if (ended != null) {
            events.add(openLineage.newRunEvent(time(ended), end, run, job, inputs, outputs));
        }
    }

    private Job job(String name, String type) {
        return openLineage
                .newJobBuilder()
                .namespace(namespace)
                .name(name)
                .facets(openLineage
                        .newJobFacetsBuilder()
                        .jobType(openLineage
                                .newJobTypeJobFacetBuilder()
                                .processingType("BATCH")
                                .integration("KEELSON")
                                .jobType(type)
                                .build())
                        .build())
                .build();
    }

    private List<InputDataset> inputs(LineageGraph graph, LineageNode node) {
        List<InputDataset> inputs = new ArrayList<>();
        for (Edge edge : graph.edges()) {
            if (edge.to().equals(node.id())) {
                graph.node(edge.from()).ifPresent(from -> inputs.add(input(from)));
            }
        }
        return inputs;
    }

    private List<OutputDataset> outputs(LineageGraph graph, LineageNode node) {
        return after(graph, node).stream()
                .map(this::output)
                .toList();
    }

    private static List<LineageNode> after(LineageGraph graph, LineageNode node) {
        return graph.edges().stream()
                .filter(edge -> edge.from().equals(node.id()))
                .flatMap(edge -> graph.node(edge.to()).stream())
                .toList();
    }

    private InputDataset input(LineageNode node) {
        return openLineage
                .newInputDatasetBuilder()
                .namespace(namespace)
                .name(datasetName(node))
                .facets(facets(version(node), node))
                .build();
    }

    private OutputDataset output(LineageNode node) {
        return openLineage
                .newOutputDatasetBuilder()
                .namespace(namespace)
                .name(datasetName(node))
                .facets(facets(version(node), node))
                .build();
    }

    private OpenLineage.DatasetFacets facets(String version, LineageNode node) {
        OpenLineage.DatasetFacetsBuilder facets = openLineage
                .newDatasetFacetsBuilder()
                .version(openLineage.newDatasetVersionDatasetFacet(version));
        if (!node.schema().isEmpty()) {
            facets.schema(openLineage.newSchemaDatasetFacet(node.schema().stream()
                    .map(column -> openLineage
                            .newSchemaDatasetFacetFieldsBuilder()
                            .name(column.name())
                            .type(column.type().name().toLowerCase(Locale.ROOT))
                            .build())
                    .toList()));
        }
        return facets.build();
    }

    private static String datasetName(LineageNode node) {
        return switch (node.kind()) {
            case SOURCE -> "sources." + node.name();
            case FILE -> "files." + node.label();
            case DATASET -> "datasets." + node.facts().getOrDefault("source", "");
            case ROW -> "rows." + node.facts().getOrDefault("source", "");
            case VIEW -> "views." + node.name().replaceAll("@v[0-9]+$", "");
            case RUN -> "runs." + node.facts().getOrDefault("model", "");
            case MODEL -> "models." + node.name().replaceAll("@v[0-9]+$", "");
            case PREDICTION -> "predictions." + node.facts().getOrDefault("model", "");
        };
    }

    private static String version(LineageNode node) {
        return switch (node.kind()) {
            case ROW -> node.facts().getOrDefault("key", node.name());
            case VIEW, MODEL -> node.name().substring(node.name().lastIndexOf("@v") + 2);
            case SOURCE, FILE, DATASET, RUN, PREDICTION -> node.name();
        };
    }

    private static UUID runId(String id) {
        return Ids.uuid5(RUNS, id);
    }

    private static ZonedDateTime time(Instant instant) {
        return instant.atZone(ZoneOffset.UTC);
    }

    /** With seconds always, as RFC 3339 asks; {@link ZonedDateTime#toString} leaves them out when they are zero. */
    private static final class Times extends JsonSerializer<ZonedDateTime> {
        @Override
        public void serialize(ZonedDateTime value, JsonGenerator out, SerializerProvider provider) throws IOException {
            out.writeString(DateTimeFormatter.ISO_OFFSET_DATE_TIME.format(value));
        }
    }
}
