package dev.keelson.torch;

import dev.keelson.learn.Learner;
import dev.keelson.learn.ValueLearnerContract;
import dev.keelson.learn.neural.MlpProvider;
import dev.keelson.learn.spi.ModelCodec;
import java.util.Map;

final class MlpValuesTest extends ValueLearnerContract {

    @Override
    protected Learner learner() {
        return new MlpProvider().create(Map.of("hidden", "16", "epochs", 30L));
    }

    @Override
    protected ModelCodec codec() {
        return new MlpProvider().codec();
    }
}
