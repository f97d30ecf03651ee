package dev.keelson.http;

import dev.keelson.features.FeatureStatus;
import dev.keelson.features.JoinSummary.ViewSummary;
import dev.keelson.features.JoinSummary;
import dev.keelson.frame.Column;
import dev.keelson.frame.ColumnType;
import dev.keelson.frame.Frame;
import dev.keelson.frame.Schema;
import dev.keelson.frame.Vector;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A history that tells what it was asked. */
final class SeededHistory implements FeatureHistory {
    private static final Read READ =
            new Read(new JoinSummary(1, List.of(new ViewSummary("form", Map.of(FeatureStatus.PRESENT, 1L), false))), Map.of());

    @Override
    public Answer rows(Question question) {
        Schema schema = new Schema(List.of(new Column("asked", ColumnType.STRING), new Column("form.x", ColumnType.DOUBLE)));
        try {
            return new Answer(
                    new Frame(
                            schema,
                            List.of(
                                    new Vector.Strings(new String[] {Files.readString(question.entities())}),
                                    new Vector.Doubles(new double[] {Double.NaN}, null)),
                            1),
                    READ);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public Read write(Question question, Path out) {
        try {
            Files.writeString(out, "%s %s %s".formatted(question.asOf(), question.features(), question.where()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return READ;
    }
}
