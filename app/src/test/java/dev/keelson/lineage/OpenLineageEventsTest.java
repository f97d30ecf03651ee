package dev.keelson.lineage;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import io.openlineage.client.OpenLineage.RunEvent;
import io.openlineage.client.OpenLineage.RunEvent.EventType;
import java.io.IOException;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class OpenLineageEventsTest {
    private static final ObjectMapper MAPPER = new ObjectMapper()
            .registerModule(new SimpleModule().addDeserializer(ZonedDateTime.class, new JsonDeserializer<ZonedDateTime>() {
                @Override
                public ZonedDateTime deserialize(JsonParser in, DeserializationContext context) throws IOException {
                    return ZonedDateTime.parse(in.getText());
                }
            }));

    private final SmallWorld world = new SmallWorld();

    private List<String> lines() {
        return new OpenLineageEvents("small")
                .lines(world.lineage()
                        .graph(new LineageQuery(SmallWorld.PREDICTION.toString(), true, false, 6, 20, 0)));
    }

    @Test
    void eventsHaveTheFieldsThatTheSpecificationRequires() throws IOException {
        for (String line : lines()) {
            JsonNode event = MAPPER.readTree(line);

            assertThat(event.path("schemaURL").asText()).contains("openlineage.io/spec").endsWith("RunEvent");
            assertThat(event.path("producer").asText()).startsWith("https://");
            assertThat(event.path("eventTime").asText()).matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?Z");
            assertThat(event.path("run").path("runId").asText()).matches("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");
            assertThat(event.path("job").path("namespace").asText()).isEqualTo("keelson://small");
            assertThat(event.path("job").path("name").asText()).isNotEmpty();
            for (String side : List.of("inputs", "outputs")) {
                event.path(side).forEach(dataset -> {
                    assertThat(dataset.path("namespace").asText()).isNotEmpty();
                    assertThat(dataset.path("name").asText()).isNotEmpty();
                    JsonNode version = dataset.path("facets").path("version");
                    assertThat(version.path("_producer").asText()).isNotEmpty();
                    assertThat(version.path("_schemaURL").asText()).contains("DatasetVersionDatasetFacet");
                    assertThat(version.path("datasetVersion").asText()).isNotEmpty();
                });
            }
        }
    }

    @Test
    void eventsAreReadBackByTheLibrarysModel() throws IOException {
        List<RunEvent> events = new ArrayList<>();
        for (String line : lines()) {
            events.add(MAPPER.readValue(line, RunEvent.class));
        }

        assertThat(events)
                .filteredOn(event -> event.getJob().getName().equals("train.tips"))
                .extracting(RunEvent::getEventType)
                .containsExactly(EventType.START, EventType.COMPLETE);
        RunEvent trained = events.stream()
                .filter(event -> event.getJob().getName().equals("train.tips") && event.getEventType() == EventType.COMPLETE)
                .findFirst()
                .orElseThrow();
        assertThat(trained.getInputs()).extracting(each -> each.getName()).contains("datasets.matches", "views.form");
        assertThat(trained.getOutputs()).extracting(each -> each.getName()).containsExactly("models.tips");
        assertThat(trained.getInputs().getFirst().getFacets().getSchema().getFields())
                .extracting(field -> field.getName())
                .contains("date", "home", "away", "result");
        assertThat(trained.getInputs().getFirst().getFacets().getVersion().getDatasetVersion())
                .isEqualTo(world.second.id());
        assertThat(events).anySatisfy(event -> {
            assertThat(event.getJob().getName()).isEqualTo("predict.tips");
            assertThat(event.getRun().getRunId()).isEqualTo(SmallWorld.PREDICTION);
        });
        assertThat(events).anySatisfy(event -> assertThat(event.getJob().getName()).isEqualTo("load.matches"));
    }

    @Test
    void sameGraphGivesTheSameEvents() {
        assertThat(lines()).isEqualTo(lines());
    }
}
