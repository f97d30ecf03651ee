package dev.keelson.project;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import com.google.protobuf.CodedOutputStream;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.features.FeatureViewDefinition;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FeastImportTest {
    private static final String SETTINGS = "project: driver_ranking\nregistry: data/registry.db\nprovider: local\n";

    private static final String PYTHON = """
            \"\"\"Drivers and their statistics.\"\"\"
            from datetime import timedelta
            from feast import Entity, FeatureService, FeatureView, Field, FileSource, PushSource
            from feast.types import Float32, Int64, String

            ROOT = "data/"
            driver = Entity(name="driver", join_keys=["driver_id"])  # who drives

            stats_source = FileSource(
                name="driver_hourly_stats_source",
                path=ROOT + "driver_stats.csv",
                timestamp_field="event_timestamp",
                created_timestamp_column="created",
            )

            driver_stats = FeatureView(
                name="driver_hourly_stats",
                entities=[driver],
                ttl=timedelta(days=1, hours=12),
                schema=[
                    Field(name="driver_id", dtype=Int64),
                    Field(name="conv_rate", dtype=Float32),
                    Field(name="trips", dtype=Int64, description="each " "day"),
                    Field(name="city", dtype=String),
                ],
                online=True,
                source=stats_source,
                tags={"team": "x"},
            )

            remote = BigQuerySource(name="remote", table="a.b")
            limit = compute(3) * 2
            push = PushSource(name="stats_push", batch_source=stats_source)

            @on_demand_feature_view(sources=[driver_stats], schema=[])
            def twice(inputs):
                return inputs * 2

            ranking = FeatureService(name="ranking", features=[driver_stats[["conv_rate"]]])
            """;

    @TempDir
    Path folder;

    @Test
    void declarationsBecomeAValidProject() throws IOException {
        Files.writeString(folder.resolve("feature_store.yaml"), SETTINGS);
        Files.createDirectories(folder.resolve("features"));
        Files.writeString(folder.resolve("features/drivers.py"), PYTHON);

        FeastImport imported = FeastImport.read(folder);

        assertThat(imported.views()).isEqualTo(1);
        assertThat(imported.yaml())
                .contains("project: driver_ranking", "key: [driver_id, event_timestamp]", "created: created")
                .contains("conv_rate: last(conv_rate) over last event", "ttl: 1d12h", "file: \"data/driver_stats.csv\"")
                .contains("# feature service ranking: driver_hourly_stats:conv_rate");
        assertThat(imported.notes())
                .anySatisfy(note -> assertThat(note).startsWith("features/drivers.py:31: ").contains("BigQuerySource"))
                .anySatisfy(note -> assertThat(note).startsWith("features/drivers.py:32: ").contains("`*`"))
                .anySatisfy(note -> assertThat(note).startsWith("features/drivers.py:33: ").contains("pushed"))
                .anySatisfy(note -> assertThat(note).startsWith("features/drivers.py:35: ").contains("on_demand"))
                .anySatisfy(note -> assertThat(note).contains("(city) is String"))
                .anySatisfy(note -> assertThat(note).startsWith("ranking: "))
                .hasSize(6);
        Path project = Files.writeString(folder.resolve("keelson.yaml"), imported.yaml());
        Project read = new ProjectReader(SourceHeaders.none(), Map.of()).read(project, Map.of());
        assertThat(read.views()).hasSize(1);
        assertThat(read.entities()).containsEntry("driver", "driver_id");
    }

    @Test
    void severalJoinKeysBecomeACompositeKey() throws IOException {
        Files.writeString(folder.resolve("feature_store.yaml"), "project: bets\nprovider: local\n");
        Files.writeString(folder.resolve("bets.py"), """
                sport_market = Entity(name="sport_market", join_keys=["sport", "market"])
                bets = FileSource(name="bets", path="bets.csv", timestamp_field="placed_at")
                rates = FeatureView(
                    name="rates",
                    entities=[sport_market],
                    schema=[
                        Field(name="sport", dtype=String),
                        Field(name="market", dtype=Int64),
                        Field(name="win_rate", dtype=Float64),
                    ],
                    source=bets,
                )
                """);

        FeastImport imported = FeastImport.read(folder);

        assertThat(imported.notes()).isEmpty();
        assertThat(imported.yaml())
                .contains("key: [sport, market, placed_at]", "sport_market: { key: [sport, market] }", "    key: [sport, market]\n")
                .contains("sport: { type: string, required: true }", "market: { type: long, required: true }")
                .doesNotContain("last(market)");
        Path project = Files.writeString(folder.resolve("keelson.yaml"), imported.yaml());
        Project read = new ProjectReader(SourceHeaders.none(), Map.of()).read(project, Map.of());
        assertThat(read.entities()).containsEntry("sport_market", "sport_market");
        assertThat(read.views().getFirst().key()).isEqualTo("{sport}_{market}");
    }

    @Test
    void severalEntitiesOfAViewBecomeOneWithACompositeKey() throws IOException {
        Files.writeString(folder.resolve("feature_store.yaml"), "project: rides\nprovider: local\n");
        Files.writeString(folder.resolve("rides.py"), """
                driver = Entity(name="driver", join_keys=["driver_id"], value_type=ValueType.INT64)
                place = Entity(name="place", join_keys=["city", "zone"])
                taken = Entity(name="driver_place", join_keys=["x"])
                rides = FileSource(name="rides", path="rides.csv", timestamp_field="at")
                by_place = FeatureView(
                    name="by_place",
                    entities=[driver, place],
                    schema=[Field(name="zone", dtype=Int64), Field(name="fare", dtype=Float64)],
                    source=rides,
                )
                the_other_way_round = FeatureView(
                    name="reversed", entities=[place, driver], schema=[Field(name="tip", dtype=Float64)], source=rides)
                alone = FeatureView(
                    name="alone", entities=[driver], schema=[Field(name="speed", dtype=Float64)], source=rides)
                """);

        FeastImport imported = FeastImport.read(folder);

        assertThat(imported.notes()).isEmpty();
        assertThat(imported.views()).isEqualTo(3);
        assertThat(imported.yaml())
                .contains("driver_id: { type: long, required: true }", "zone: { type: long, required: true }")
                .contains("city: { type: string, required: true }");
        Path file = Files.writeString(folder.resolve("keelson.yaml"), imported.yaml());
        Project read = new ProjectReader(SourceHeaders.none(), Map.of()).read(file, Map.of());
        assertThat(read.entities()).containsKeys("driver", "driver_place_").doesNotContainKey("driver_place");
        assertThat(read.views())
                .extracting(FeatureViewDefinition::entity, FeatureViewDefinition::key)
                .containsExactly(
                        tuple("driver_place_", "{driver_id}_{city}_{zone}"),
                        tuple("driver_place_", "{driver_id}_{city}_{zone}"),
                        tuple("driver", "driver_id"));
    }

    @Test
    void viewWithoutAnEntityIsSaid() throws IOException {
        Files.writeString(folder.resolve("feature_store.yaml"), SETTINGS);
        Files.writeString(folder.resolve("drivers.py"), PYTHON + """

                totals = FeatureView(name="totals", entities=[], schema=[Field(name="n", dtype=Int64)], source=stats_source)
                """);

        assertThat(FeastImport.read(folder).notes()).contains("totals: left out: it has no entity");
    }

    @Test
    void registryIsReadWhereThereIsNoPython() throws IOException {
        Files.writeString(folder.resolve("feature_store.yaml"), SETTINGS);
        Files.createDirectories(folder.resolve("data"));
        byte[] entity = message(out -> out.writeByteArray(1, message(spec -> {
            spec.writeString(1, "driver");
            spec.writeInt32(2, 4);
            spec.writeString(4, "driver_id");
        })));
        byte[] view = message(out -> out.writeByteArray(1, message(spec -> {
            spec.writeString(1, "stats");
            spec.writeString(3, "driver");
            spec.writeByteArray(4, message(feature -> {
                feature.writeString(1, "conv_rate");
                feature.writeInt32(2, 6);
            }));
            spec.writeByteArray(6, message(ttl -> ttl.writeInt64(1, 86_400)));
            spec.writeByteArray(7, message(source -> {
                source.writeString(3, "ts");
                source.writeByteArray(11, message(file -> file.writeString(2, "stats.csv")));
            }));
        })));
        Files.write(folder.resolve("data/registry.db"), message(out -> {
            out.writeByteArray(1, entity);
            out.writeByteArray(6, view);
        }));

        FeastImport imported = FeastImport.read(folder.resolve("feature_store.yaml"));

        assertThat(imported.yaml()).contains("driver_id: { type: long, required: true }", "ttl: 1d", "file: \"stats.csv\"");
        assertThat(imported.notes()).isEmpty();
    }

    @Test
    void nothingToReadIsSaid() throws IOException {
        assertThatThrownBy(() -> FeastImport.read(folder))
                .isInstanceOfSatisfying(
                        KeelsonException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.SOURCE_NOT_FOUND));
        Files.writeString(folder.resolve("feature_store.yaml"), SETTINGS);
        Files.writeString(folder.resolve("broken.py"), "x = FeatureView(name='a', schema=[f\"{b}\"\n");
        assertThatThrownBy(() -> FeastImport.read(folder))
                .isInstanceOfSatisfying(
                        KeelsonException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.SOURCE_UNREADABLE))
                .hasMessageContaining("broken.py:1");
    }

    /** Writes the fields of a message. */
    private interface Fields {
        void write(CodedOutputStream out) throws IOException;
    }

    private static byte[] message(Fields fields) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            CodedOutputStream out = CodedOutputStream.newInstance(bytes);
            fields.write(out);
            out.flush();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return bytes.toByteArray();
    }
}
