package wire

// model is how one AWS service looks on the wire.
type model struct {
	id        string // signing name
	target    string // prefix of X-Amz-Target, and the service in a CBOR path
	version   string // API version of the query protocols
	namespace string // of XML responses
	query     codec  // how its form bodies are spoken; nil when it has none
	in, out   *naming
	queryCode map[string]string // error shape → code that query clients know
}

// catalog has every service whose protocol the engine speaks. The names are
// those of the AWS service models.
var catalog = index([]*model{
	{id: "ecs", target: "AmazonEC2ContainerServiceV20141113", in: lowerNames(nil)},
	{id: "logs", target: "Logs_20140328", in: lowerNames(logsNames)},
	{id: "ecr", target: "AmazonEC2ContainerRegistry_V20150921", in: lowerNames(ecrNames)},
	{id: "secretsmanager", target: "secretsmanager", in: upperNames(nil)},
	{id: "ssm", target: "AmazonSSM", in: upperNames(ssmNames)},
	{id: "tagging", target: "ResourceGroupsTaggingAPI_20170126", in: upperNames(nil)},
	{id: "servicequotas", target: "ServiceQuotasV20190624", in: upperNames(nil)},
	{
		id: "monitoring", target: "GraniteServiceVersion20100801", version: "2010-08-01",
		namespace: "http://monitoring.amazonaws.com/doc/2010-08-01/",
		query:     queryCodec{}, in: upperNames(monitoringNames), queryCode: monitoringCodes,
	},
	{
		id: "iam", version: "2010-05-08", namespace: "https://iam.amazonaws.com/doc/2010-05-08/",
		query: queryCodec{}, in: upperNames(iamNames),
	},
	{
		id: "sts", version: "2011-06-15", namespace: "https://sts.amazonaws.com/doc/2011-06-15/",
		query: queryCodec{}, in: upperNames(stsNames),
	},
	{
		id: "elasticloadbalancing", version: "2015-12-01",
		namespace: "http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/",
		query:     queryCodec{}, in: upperNames(nil),
	},
	{
		id: "ec2", version: "2016-11-15", namespace: "http://ec2.amazonaws.com/doc/2016-11-15/",
		query: ec2Codec{}, in: upperNames(ec2RequestNames), out: lowerNames(ec2ResponseNames),
	},
})

// byTarget finds a service by its JSON target prefix or CBOR service name.
var byTarget = func() map[string]*model {
	targets := map[string]*model{}
	for _, m := range catalog {
		if m.target != "" {
			targets[m.target] = m
		}
	}
	return targets
}()

func index(models []*model) map[string]*model {
	all := make(map[string]*model, len(models))
	for _, m := range models {
		if m.out == nil {
			m.out = m.in
		}
		all[m.id] = m
	}
	return all
}
