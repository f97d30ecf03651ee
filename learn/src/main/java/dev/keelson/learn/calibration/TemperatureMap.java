package dev.keelson.learn.calibration;

import java.util.List;
import java.util.TreeMap;

/** softmax(ln p / T). */
record TemperatureMap(double temperature, int classes) implements CalibrationMap {

    TemperatureMap {
        if (!(temperature > 0 && temperature < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(
                    "The temperature (%s) must be positive and finite.".formatted(temperature));
        }
    }

    @Override
    public void apply(double[] p, int offset, double[] work) {
        double most = Double.NEGATIVE_INFINITY;
        for (int k = offset; k < offset + classes; k++) {
            p[k] = StrictMath.log(Math.max(Temperature.SMALLEST, p[k]));
            most = Math.max(most, p[k]);
        }
        double sum = 0;
        for (int k = offset; k < offset + classes; k++) {
            p[k] = StrictMath.exp((p[k] - most) / temperature);
            sum += p[k];
        }
        for (int k = offset; k < offset + classes; k++) {
            p[k] /= sum;
        }
    }

    @Override
    public CalibrationParameters parameters() {
        TreeMap<String, List<Double>> values = new TreeMap<>();
        values.put("temperature", List.of(temperature));
        return new CalibrationParameters(CalibrationMethod.TEMPERATURE, classes, values);
    }
}
