package wire

import (
	"reflect"

	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	ecstypes "github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

type variants map[string]reflect.Type

// unions are the variants of each union that the engine's services know, by
// the name of the member. Reflection cannot list who implements an interface.
var unions = map[reflect.Type]variants{
	reflect.TypeFor[cwtypes.EvaluationCriteria](): {
		"PromQLCriteria": reflect.TypeFor[cwtypes.EvaluationCriteriaMemberPromQLCriteria](),
	},
	reflect.TypeFor[cwtypes.EvaluationWindow](): {
		"SlidingWindow":   reflect.TypeFor[cwtypes.EvaluationWindowMemberSlidingWindow](),
		"WallClockWindow": reflect.TypeFor[cwtypes.EvaluationWindowMemberWallClockWindow](),
	},
	reflect.TypeFor[ecstypes.ServiceConnectContainerConfiguration](): {
		"LogLevel": reflect.TypeFor[ecstypes.ServiceConnectContainerConfigurationMemberLogLevel](),
	},
	reflect.TypeFor[ecstypes.SharingStrategy](): {
		"NvidiaMps": reflect.TypeFor[ecstypes.SharingStrategyMemberNvidiaMps](),
	},
}
